import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'
import { type Provider, providerQuery, providerSecretsQuery } from '../../api/provider-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { pathTo } from '../../path-builder.ts'
import { isConsented, isFilledIn, providerCan } from '../../provider-can.ts'
import type { ProviderSearch } from '../../search.ts'
import { ownsInPerson } from '../../secret-can.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { ThingList } from '../../ui/thing-table.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { secretColumns } from '../secrets/secret-columns.tsx'
import { typeNames } from '../secrets/secret-words.ts'
import { ProviderDialogs } from './provider-dialogs.tsx'
import { ProviderDetails, ProviderTerms } from './provider-facts.tsx'
import { RedirectAddress } from './redirect-address.tsx'

const route = getRouteApi('/inside/providers/$providerId')

/** One provider: by what the hub is known there, and which secrets came of it. */
export function ProviderPage() {
  const { providerId } = route.useParams()
  const query = useQuery(providerQuery(providerId))
  return (
    <div className="page">
      <p className="crumbs">
        <Link {...pathTo.providers()}>Providers</Link>
      </p>
      <Loaded query={query} title="Provider">
        {({ data }) => <ProviderView key={data.id} provider={data} />}
      </Loaded>
    </div>
  )
}

function ProviderView({ provider }: { provider: Provider }) {
  const search = route.useSearch()
  const { data: me } = useSuspenseQuery(meQuery)
  const to = useCallback((changed: ProviderSearch) => pathTo.provider(provider.id, changed), [provider.id])
  const { change, open, close } = usePageSearch<ProviderSearch>(search, to)
  const isKept = ownsInPerson(me, provider) && provider.owners.length > 1
  return (
    <>
      <PageHead title={provider.name} beside={<span className="badge idle">{typeNames[provider.type]}</span>}>
        <UseButton provider={provider} onConnect={() => open('connect')} />
        <ActionButton leave={providerCan.change(me, provider)} onAction={() => open('change')}>
          Change
        </ActionButton>
        <ActionButton leave={providerCan.share(me, provider)} onAction={() => open('share')}>
          Share with the tenant
        </ActionButton>
        <ActionButton leave={providerCan.change(me, provider)} onAction={() => open('delete')}>
          {isKept ? 'Let go' : 'Delete'}
        </ActionButton>
      </PageHead>
      {isConsented(provider) && (
        <section className="card pad" aria-labelledby="redirect">
          <h2 id="redirect">Redirect address</h2>
          <RedirectAddress address={String(provider.redirectUri)} />
        </section>
      )}
      <div className="columns">
        <ProviderTerms provider={provider} />
        <ProviderDetails provider={provider} />
      </div>
      <Secrets provider={provider} page={search.page} onPage={(page) => change({ page })} />
      {search.do && <ProviderDialogs provider={provider} doing={search.do} onClose={close} />}
    </>
  )
}

/** Connects where users consent; leads to the form of a secret where they fill in one. */
function UseButton({ provider, onConnect }: { provider: Provider; onConnect: () => void }) {
  const { data: me } = useSuspenseQuery(meQuery)
  const navigate = useNavigate()
  const { id, type, redirectUri } = provider
  if (isConsented(provider)) {
    const leave = providerCan.connect(me, provider, { callback: redirectUri, origin: location.origin })
    return (
      <ActionButton leave={leave} onAction={onConnect} tone="primary">
        Connect
      </ActionButton>
    )
  }
  if (!isFilledIn(type)) return null
  const create = () => void navigate(pathTo.secrets({ do: 'create', provider: id }))
  return (
    <ActionButton leave={providerCan.createSecret(me, provider)} onAction={create} tone="primary">
      Create secret
    </ActionButton>
  )
}

interface SecretsProps {
  readonly provider: Provider
  readonly page: number | undefined
  readonly onPage: (page: number) => void
}

function Secrets({ provider, page, onPage }: SecretsProps) {
  const { data: me } = useSuspenseQuery(meQuery)
  const query = useQuery(providerSecretsQuery(provider.id, page))
  return (
    <section className="stack" aria-labelledby="secrets">
      <div className="section-head">
        <h2 id="secrets">Your secrets from it</h2>
      </div>
      <ThingList
        query={query}
        columns={secretColumns(me)}
        names={['secret', 'secrets']}
        onPage={onPage}
        empty={
          <p className="faint">
            None yet. {isConsented(provider) ? 'Connect an account: its tokens become one.' : 'Create one for it.'}
          </p>
        }
      />
    </section>
  )
}
