import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { meQuery } from '../../api/queries.ts'
import { type AuthClient, authClientsQuery } from '../../api/secret-queries.ts'
import type { Actor } from '../../leave.ts'
import { pathTo } from '../../path-builder.ts'
import type { AuthClientsSearch } from '../../search.ts'
import { authClientCan } from '../../secret-can.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Moment } from '../../ui/moment.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { type Column, ThingList } from '../../ui/thing-table.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { ownersText, typeNames } from '../secrets/secret-words.ts'
import { NewAuthClient } from './new-auth-client.tsx'

const route = getRouteApi('/inside/auth-clients')

/** By what the hub is known to providers, so that accounts there can be connected. */
export function AuthClientsPage() {
  const search = route.useSearch()
  const { data: me } = useSuspenseQuery(meQuery)
  const { change, open, close } = usePageSearch<AuthClientsSearch>(search, pathTo.authClients)
  const query = useQuery(authClientsQuery(search))
  return (
    <div className="page">
      <PageHead title="Auth clients">
        <ActionButton leave={authClientCan.create(me)} onAction={() => open('create')} tone="primary">
          Create auth client
        </ActionButton>
      </PageHead>
      <p className="intro">
        An auth client is what the hub is known by at a provider, such as Google. Through it one connects an account
        there, which makes a secret that the hub renews.
      </p>
      <ThingList
        query={query}
        columns={columnsFor(me)}
        names={['auth client', 'auth clients']}
        onPage={(page) => change({ page })}
        empty={<NoAuthClient />}
      />
      {search.do === 'create' && <NewAuthClient onClose={close} />}
    </div>
  )
}

function NoAuthClient() {
  return (
    <EmptyState title="No auth client yet">
      <p>
        Register the hub with a provider, then enter here what it got there: a client id and a secret.{' '}
        <Link {...pathTo.authClients({ do: 'create' })}>Create the first one</Link>
      </p>
    </EmptyState>
  )
}

const columnsFor = (me: Actor): readonly Column<AuthClient>[] => [
  {
    title: 'Auth client',
    className: 'wrap',
    cell: ({ id, name }) => (
      <Link {...pathTo.authClient(id)} className="row-link" data-row>
        {name}
      </Link>
    ),
  },
  { title: 'Type', cell: ({ type }) => typeNames[type] },
  { title: 'Owners', cell: ({ owners }) => ownersText(owners, me), className: 'wide' },
  { title: 'Changed', cell: ({ updatedAt }) => <Moment at={updatedAt} />, className: 'faint' },
]
