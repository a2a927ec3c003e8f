import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback } from 'react'
import { meQuery } from '../../api/queries.ts'
import { type AuthClient, authClientQuery, authClientSecretsQuery } from '../../api/secret-queries.ts'
import { textIn } from '../../live/live-event.ts'
import { pathTo } from '../../path-builder.ts'
import type { AuthClientSearch } from '../../search.ts'
import { authClientCan, ownershipOf } from '../../secret-can.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { JsonView } from '../../ui/json-view.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Moment } from '../../ui/moment.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { ShortId } from '../../ui/short-id.tsx'
import { ThingList } from '../../ui/thing-table.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { secretColumns } from '../secrets/secret-columns.tsx'
import { ownersText, typeNames } from '../secrets/secret-words.ts'
import { AuthClientDialogs } from './auth-client-dialogs.tsx'

const route = getRouteApi('/inside/auth-clients/$authClientId')

/** One auth client: how the hub is known to a provider, and what was connected through it. */
export function AuthClientPage() {
  const { authClientId } = route.useParams()
  const query = useQuery(authClientQuery(authClientId))
  return (
    <div className="page">
      <p className="crumbs">
        <Link {...pathTo.authClients()}>Auth clients</Link>
      </p>
      <Loaded query={query} title="Auth client">
        {({ data }) => <AuthClientView key={data.id} client={data} />}
      </Loaded>
    </div>
  )
}

function AuthClientView({ client }: { client: AuthClient }) {
  const search = route.useSearch()
  const { data: me } = useSuspenseQuery(meQuery)
  const to = useCallback((changed: AuthClientSearch) => pathTo.authClient(client.id, changed), [client.id])
  const { change, open, close } = usePageSearch<AuthClientSearch>(search, to)
  const isShared = client.owners.length > 1 && ownershipOf(me, client)?.type === 'USER'
  return (
    <>
      <PageHead title={client.name} beside={<span className="badge idle">{typeNames[client.type]}</span>}>
        <ActionButton leave={authClientCan.connect(me, client)} onAction={() => open('connect')} tone="primary">
          Connect
        </ActionButton>
        <ActionButton leave={authClientCan.change(me, client)} onAction={() => open('change')}>
          Change
        </ActionButton>
        <ActionButton leave={authClientCan.delete(me, client)} onAction={() => open('delete')}>
          {isShared ? 'Let go' : 'Delete'}
        </ActionButton>
      </PageHead>
      <div className="columns">
        <Details client={client} />
        <Callback client={client} />
      </div>
      <Settings client={client} />
      <ConnectedSecrets client={client} page={search.page} onPage={(page) => change({ page })} />
      {search.do && <AuthClientDialogs client={client} doing={search.do} onClose={close} />}
    </>
  )
}

function Details({ client }: { client: AuthClient }) {
  const { data: me } = useSuspenseQuery(meQuery)
  const { id, owners, createdAt, updatedAt } = client
  return (
    <section className="card pad" aria-labelledby="details">
      <h2 id="details">Details</h2>
      <Facts>
        <Fact name="Auth client">
          <ShortId id={id} what="auth client id" />
        </Fact>
        <Fact name="Owners">{ownersText(owners, me)}</Fact>
        <Fact name="Created">
          <Moment at={createdAt} />
        </Fact>
        <Fact name="Changed">
          <Moment at={updatedAt} />
        </Fact>
      </Facts>
      <p className="links">
        <Link {...pathTo.audit({ about: id })}>Audit log of this auth client</Link>
      </p>
    </section>
  )
}

/** The address that must be known to the provider. */
function Callback({ client }: { client: AuthClient }) {
  const address = textIn(client, 'redirectUri')
  if (address === undefined) return null
  return (
    <section className="card pad" aria-labelledby="callback">
      <h2 id="callback">Callback address</h2>
      <p className="copy-line">
        <code>{address}</code>
        <CopyButton text={address} what="callback address" label="Copy" />
      </p>
      <p className="faint">Where users come back to: the provider must know it, to the letter.</p>
    </section>
  )
}

function Settings({ client }: { client: AuthClient }) {
  const { _id, id, name, type, tenant, owners, createdAt, updatedAt, redirectUri, ...settings } = client
  return <JsonView label="Settings" value={settings} />
}

interface ConnectedProps {
  readonly client: AuthClient
  readonly page: number | undefined
  readonly onPage: (page: number) => void
}

function ConnectedSecrets({ client: { id }, page, onPage }: ConnectedProps) {
  const { data: me } = useSuspenseQuery(meQuery)
  const query = useQuery(authClientSecretsQuery(id, page))
  return (
    <section className="stack" aria-labelledby="secrets">
      <div className="section-head">
        <h2 id="secrets">Your secrets that were obtained through it</h2>
      </div>
      <ThingList
        query={query}
        columns={secretColumns(me)}
        names={['secret', 'secrets']}
        onPage={onPage}
        empty={<p className="faint">None yet: connect an account.</p>}
      />
    </section>
  )
}
