import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback } from 'react'
import { type Client, clientQuery } from '../../api/iam-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { iamCan } from '../../iam-can.ts'
import { pathTo } from '../../path-builder.ts'
import type { ClientSearch } from '../../search.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Moment } from '../../ui/moment.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { ClientDialogs } from './client-dialogs.tsx'

const route = getRouteApi('/inside/clients/$clientId')

/** One application: what it needs to know, and where it may send users. */
export function ClientPage() {
  const { clientId } = route.useParams()
  const query = useQuery(clientQuery(clientId))
  return (
    <div className="page">
      <p className="crumbs">
        <Link {...pathTo.clients()}>Applications</Link>
      </p>
      <Loaded query={query} title="Application">
        {(client) => <ClientView key={client.id} client={client} />}
      </Loaded>
    </div>
  )
}

function ClientView({ client }: { client: Client }) {
  const search = route.useSearch()
  const { data: me } = useSuspenseQuery(meQuery)
  const to = useCallback((changed: ClientSearch) => pathTo.client(client.id, changed), [client.id])
  const { open, close } = usePageSearch<ClientSearch>(search, to)
  return (
    <>
      <PageHead title={client.name}>
        <ActionButton leave={iamCan.changeClient(me)} onAction={() => open('change')}>
          Change
        </ActionButton>
        <ActionButton leave={iamCan.renewSecret(me, client)} onAction={() => open('secret')}>
          Another secret
        </ActionButton>
        <ActionButton leave={iamCan.deleteClient(me)} onAction={() => open('delete')}>
          Delete
        </ActionButton>
      </PageHead>
      <div className="columns">
        <Details client={client} />
        <section className="card pad" aria-labelledby="redirects">
          <h2 id="redirects">Redirect addresses</h2>
          <Addresses addresses={client.redirectUris} none="None: no user signs in for a service." />
          <h2>After a sign-out</h2>
          <Addresses addresses={client.postLogoutRedirectUris} none="None: users stay at the hub." />
        </section>
      </div>
      {search.do && <ClientDialogs client={client} doing={search.do} onClose={close} />}
    </>
  )
}

function Addresses({ addresses, none }: { addresses: readonly string[]; none: string }) {
  if (addresses.length === 0) return <p className="faint">{none}</p>
  return addresses.map((address) => (
    <p key={address} className="copy-line">
      <code>{address}</code>
    </p>
  ))
}

function Details({ client: { id, type, trusted, createdAt } }: { client: Client }) {
  return (
    <section className="card pad" aria-labelledby="details">
      <h2 id="details">Details</h2>
      <p className="copy-line">
        <code>{id}</code>
        <CopyButton text={id} what="client id" label="Copy" />
      </p>
      <Facts>
        <Fact name="Kind">{type}</Fact>
        <Fact name="Consent">{trusted ? 'users are not asked' : 'users are asked'}</Fact>
        <Fact name="Registered">
          <Moment at={createdAt} />
        </Fact>
      </Facts>
      <p className="links">
        <a href="/iam/op/.well-known/openid-configuration">Discovery document</a>
      </p>
    </section>
  )
}
