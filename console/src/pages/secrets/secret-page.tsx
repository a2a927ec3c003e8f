import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback } from 'react'
import { meQuery } from '../../api/queries.ts'
import { type Secret, secretQuery, secretVersionsQuery } from '../../api/secret-queries.ts'
import { pathTo } from '../../path-builder.ts'
import type { SecretSearch } from '../../search.ts'
import { isTyped, ownershipOf, secretCan } from '../../secret-can.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { Details } from '../../ui/details.tsx'
import { Fact } from '../../ui/facts.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Moment } from '../../ui/moment.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { ProviderLink } from '../../ui/provider-link.tsx'
import { ShortId } from '../../ui/short-id.tsx'
import { ThingTable } from '../../ui/thing-table.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { SecretDialogs } from './secret-dialogs.tsx'
import { SecretEnd } from './secret-end.tsx'
import { SecretOwners } from './secret-owners.tsx'
import { SecretReadings } from './secret-readings.tsx'
import { SecretValue } from './secret-value.tsx'
import { typeNames } from './secret-words.ts'

const route = getRouteApi('/inside/secrets/$secretId')

/** One secret: its value masked, who owns it, and who read it when. */
export function SecretPage() {
  const { secretId } = route.useParams()
  const query = useQuery(secretQuery(secretId))
  return (
    <div className="page">
      <p className="crumbs">
        <Link {...pathTo.secrets()}>Secrets</Link>
      </p>
      <Loaded query={query} title="Secret">
        {({ data }) => <SecretView key={data.id} secret={data} />}
      </Loaded>
    </div>
  )
}

function SecretView({ secret }: { secret: Secret }) {
  const search = route.useSearch()
  const { data: me } = useSuspenseQuery(meQuery)
  const to = useCallback((changed: SecretSearch) => pathTo.secret(secret.id, changed), [secret.id])
  const { change, open, close } = usePageSearch<SecretSearch>(search, to)
  const [connects, hasFailed] = [secretCan.connectAnew(secret), secret.currentError !== undefined]
  const isShared = secret.owners.length > 1 && ownershipOf(me, secret) !== undefined
  return (
    <>
      <PageHead title={secret.name} beside={<span className="badge idle">{typeNames[secret.type]}</span>}>
        <ActionButton leave={secretCan.change(me, secret)} onAction={() => open('change')}>
          Change
        </ActionButton>
        {connects.may ? (
          <ActionButton leave={connects} onAction={() => open('connect')} tone={hasFailed ? 'primary' : 'plain'}>
            Connect anew
          </ActionButton>
        ) : (
          <ActionButton leave={secretCan.replace(me, secret)} onAction={() => open('value')}>
            Replace value
          </ActionButton>
        )}
        <ActionButton leave={secretCan.change(me, secret)} onAction={() => open('delete')}>
          {isShared ? 'Let go' : 'Delete'}
        </ActionButton>
      </PageHead>
      <RefreshError secret={secret} />
      <div className="columns">
        <SecretValue key={secret.version} secret={secret} />
        <SecretDetails secret={secret} />
      </div>
      <SecretOwners secret={secret} onOpen={open} />
      <Versions secret={secret} />
      <SecretReadings secretId={secret.id} page={search.page} onPage={(page) => change({ page })} />
      {search.do && <SecretDialogs secret={secret} doing={search.do} onClose={close} />}
    </>
  )
}

function RefreshError({ secret }: { secret: Secret }) {
  const { currentError, type } = secret
  if (currentError === undefined) return null
  const way = secretCan.connectAnew(secret).may ? 'connect it anew' : isTyped(type) ? 'replace its value' : undefined
  return (
    <div className="notice bad">
      <div>
        <strong>It could not be renewed</strong>
        <p>
          {currentError.message} (<Moment at={currentError.at} />)
        </p>
        {way && <p>The hub tries again when it is next needed. If it stays like this, {way}.</p>}
      </div>
    </div>
  )
}

function SecretDetails({ secret }: { secret: Secret }) {
  const { id, value, domain, allowedHosts } = secret
  return (
    <Details of={secret} what="secret">
      <Fact name="Secret">
        <ShortId id={id} what="secret id" />
      </Fact>
      {value?.authClientId && (
        <Fact name="Provider">
          <ProviderLink id={value.authClientId} />
        </Fact>
      )}
      <Fact name="Used for">{domain ?? <span className="faint">not stated</span>}</Fact>
      <Fact name="Allowed hosts">
        {allowedHosts.length > 0 ? <code>{allowedHosts.join(', ')}</code> : <span className="faint">none</span>}
      </Fact>
      <Fact name="Ends">
        <SecretEnd secret={secret} />
      </Fact>
    </Details>
  )
}

function Versions({ secret: { id, version } }: { secret: Secret }) {
  const query = useQuery(secretVersionsQuery(id))
  return (
    <section className="stack" aria-labelledby="versions">
      <div className="section-head">
        <h2 id="versions">Versions that are good</h2>
      </div>
      <Loaded query={query}>
        {({ data }) => (
          <ThingTable
            things={data.map((each) => ({ ...each, id: String(each.version) }))}
            chosen={data.length > 1 ? String(version) : undefined}
            columns={[
              { title: 'Version', cell: (each) => each.version },
              { title: 'Made', cell: ({ createdAt }) => <Moment at={createdAt} />, className: 'faint' },
              {
                title: 'Good',
                cell: ({ validUntil }) =>
                  validUntil === undefined ? (
                    'the one in force'
                  ) : (
                    <>
                      ends <Moment at={validUntil} />
                    </>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
    </section>
  )
}
