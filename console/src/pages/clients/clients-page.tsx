import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { type Client, clientsQuery } from '../../api/iam-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { iamCan } from '../../iam-can.ts'
import { pathTo } from '../../path-builder.ts'
import type { ClientsSearch } from '../../search.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Moment } from '../../ui/moment.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { ShortId } from '../../ui/short-id.tsx'
import { type Column, ThingList } from '../../ui/thing-table.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { NewClient } from './client-dialogs.tsx'

const route = getRouteApi('/inside/clients')

/** The applications that sign users in by the hub. */
export function ClientsPage() {
  const search = route.useSearch()
  const { data: me } = useSuspenseQuery(meQuery)
  const { change, open, close } = usePageSearch<ClientsSearch>(search, pathTo.clients)
  const query = useQuery(clientsQuery(search))
  return (
    <div className="page">
      <PageHead title="Applications">
        <ActionButton leave={iamCan.createClient(me)} onAction={() => open('create')} tone="primary">
          Register application
        </ActionButton>
      </PageHead>
      <ThingList
        query={query}
        columns={columns}
        names={['application', 'applications']}
        onPage={(page) => change({ page })}
        empty={<NoClient />}
      />
      {search.do === 'create' && <NewClient onClose={close} />}
    </div>
  )
}

function NoClient() {
  return (
    <EmptyState title="No application yet">
      <p>
        Applications let their users sign in with the hub’s accounts, by OpenID Connect; what they need to know is at{' '}
        <a href="/iam/op/.well-known/openid-configuration">the discovery document</a>.{' '}
        <Link {...pathTo.clients({ do: 'create' })}>Register the first one</Link>
      </p>
    </EmptyState>
  )
}

const columns: readonly Column<Client>[] = [
  {
    title: 'Application',
    cell: ({ id, name }) => (
      <Link {...pathTo.client(id)} className="row-link" data-row>
        {name}
      </Link>
    ),
  },
  { title: 'Kind', cell: ({ type }) => type },
  { title: 'Client id', cell: ({ id }) => <ShortId id={id} what="client id" />, className: 'wide' },
  { title: 'Consent', cell: ({ trusted }) => (trusted ? 'not asked' : 'asked'), className: 'faint wide' },
  { title: 'Registered', cell: ({ createdAt }) => <Moment at={createdAt} />, className: 'faint' },
]
