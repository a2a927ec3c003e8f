import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { type ProviderInList, providersQuery } from '../../api/provider-queries.ts'
import { meQuery } from '../../api/queries.ts'
import type { Actor } from '../../leave.ts'
import { pathTo } from '../../path-builder.ts'
import { providerCan } from '../../provider-can.ts'
import type { ProvidersSearch } from '../../search.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Moment } from '../../ui/moment.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { type Column, ThingList } from '../../ui/thing-table.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { ownersText, typeNames } from '../secrets/secret-words.ts'
import { NewProvider } from './new-provider.tsx'

const route = getRouteApi('/inside/providers')

/** Where the hub is known as a client: one's own providers and those of the tenant. */
export function ProvidersPage() {
  const search = route.useSearch()
  const { data: me } = useSuspenseQuery(meQuery)
  const { change, open, close } = usePageSearch<ProvidersSearch>(search, pathTo.providers)
  const query = useQuery(providersQuery(search.page))
  return (
    <div className="page">
      <PageHead title="Providers">
        <ActionButton leave={providerCan.create(me)} onAction={() => open('create')} tone="primary">
          Add provider
        </ActionButton>
      </PageHead>
      <ThingList
        query={query}
        columns={columnsFor(me)}
        names={['provider', 'providers']}
        onPage={(page) => change({ page })}
        empty={<NoProvider />}
      />
      {search.do === 'create' && <NewProvider onClose={close} />}
    </div>
  )
}

function NoProvider() {
  return (
    <EmptyState title="No provider yet">
      <p>
        A provider is where the hub is registered as a client, so that you can connect your accounts there by OAuth:
        Google, Microsoft, GitHub, Salesforce, HubSpot, or any other. The tokens become secrets, which the hub renews.{' '}
        <Link {...pathTo.providers({ do: 'create' })}>Add the first one</Link>
      </p>
    </EmptyState>
  )
}

const columnsFor = (me: Actor): readonly Column<ProviderInList>[] => [
  {
    title: 'Provider',
    className: 'wrap',
    cell: ({ id, name }) => (
      <Link {...pathTo.provider(id)} className="row-link" data-row>
        {name}
      </Link>
    ),
  },
  { title: 'Type', cell: ({ type }) => typeNames[type] },
  { title: 'Owners', cell: ({ owners }) => ownersText(owners, me), className: 'wide' },
  { title: 'Changed', cell: ({ updatedAt }) => <Moment at={updatedAt} />, className: 'faint wide' },
]
