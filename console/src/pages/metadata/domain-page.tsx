import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback } from 'react'
import {
  allMetadata,
  type Domain,
  domainQuery,
  MOST_SCHEMAS,
  metadataEvents,
  schemasQuery,
} from '../../api/metadata-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { useLiveRefresh } from '../../live/use-live-refresh.ts'
import { metadataCan } from '../../metadata-can.ts'
import { pathTo } from '../../path-builder.ts'
import type { DomainSearch } from '../../search.ts'
import { AccountLink } from '../../ui/account-link.tsx'
import { ActionButton } from '../../ui/action-button.tsx'
import { Details } from '../../ui/details.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Fact } from '../../ui/facts.tsx'
import { FilterField } from '../../ui/filter-field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { ShortId } from '../../ui/short-id.tsx'
import { TenantLink } from '../../ui/tenant-link.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { DomainDialogs } from './domain-dialogs.tsx'
import { modeNames } from './metadata-words.ts'
import { SchemaTree } from './schema-tree-view.tsx'

const route = getRouteApi('/inside/domains/$domainId')

/** One domain: what is known of it, and its schemas. */
export function DomainPage() {
  const { domainId } = route.useParams()
  const query = useQuery(domainQuery(domainId))
  useLiveRefresh(metadataEvents, allMetadata)
  return (
    <div className="page">
      <p className="crumbs">
        <Link {...pathTo.domains()}>Domains</Link>
      </p>
      <Loaded query={query} title="Domain">
        {({ data }) => <DomainView key={data.id} domain={data} />}
      </Loaded>
    </div>
  )
}

function DomainView({ domain }: { domain: Domain }) {
  const search = route.useSearch()
  const { data: me } = useSuspenseQuery(meQuery)
  const to = useCallback((changed: DomainSearch) => pathTo.domain(domain.id, changed), [domain.id])
  const { change, open, close } = usePageSearch<DomainSearch>(search, to)
  const leave = metadataCan.change(me, domain)
  return (
    <>
      <PageHead title={domain.name} beside={domain.public && <span className="badge good">public</span>}>
        <ActionButton leave={leave} onAction={() => open('schema')} tone="primary">
          Create schema
        </ActionButton>
        <ActionButton leave={leave} onAction={() => open('import')}>
          Import
        </ActionButton>
        <ActionButton leave={leave} onAction={() => open('change')}>
          Change
        </ActionButton>
        <ActionButton leave={leave} onAction={() => open('delete')}>
          Delete
        </ActionButton>
      </PageHead>
      {domain.description && <p className="intro wrapped">{domain.description}</p>}
      <Schemas domain={domain} q={search.q} onFind={change} />
      <DomainDetails domain={domain} />
      {search.do && <DomainDialogs domain={domain} doing={search.do} onClose={close} />}
    </>
  )
}

interface SchemasProps {
  readonly domain: Domain
  readonly q: string | undefined
  readonly onFind: (search: DomainSearch) => void
}

function Schemas({ domain, q, onFind }: SchemasProps) {
  const query = useQuery(schemasQuery(domain.id, q))
  const onText = useCallback((text: string) => onFind({ q: text }), [onFind])
  return (
    <section className="stack" aria-labelledby="schemas">
      <div className="section-head">
        <h2 id="schemas">Schemas</h2>
      </div>
      <search className="filters">
        <FilterField label="Find" value={q ?? ''} onChange={onText} placeholder="path, name or description" isMain />
      </search>
      <Loaded query={query}>
        {({ schemas, total }) =>
          schemas.length === 0 ? (
            <NoSchema domain={domain} isFiltered={q !== undefined} />
          ) : (
            <>
              <SchemaTree key={q} schemas={schemas} isFound={q !== undefined} />
              <p className="faint" role="status">
                {total > schemas.length
                  ? `The first ${MOST_SCHEMAS.toLocaleString('en')} of ${total.toLocaleString('en')} schemas: type part of a path to find others.`
                  : `${total.toLocaleString('en')} ${total === 1 ? 'schema' : 'schemas'}`}
              </p>
            </>
          )
        }
      </Loaded>
    </section>
  )
}

function NoSchema({ domain, isFiltered }: { domain: Domain; isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyState title="No schema fits">
      <p>
        <Link {...pathTo.domain(domain.id)}>Show all schemas</Link>
      </p>
    </EmptyState>
  ) : (
    <EmptyState title="No schema yet">
      <p>
        Create one, or import an archive: each of its files “*.json” becomes a schema at the path that it has there.
      </p>
    </EmptyState>
  )
}

function DomainDetails({ domain }: { domain: Domain }) {
  const { id, compatibility, owners, tenant } = domain
  return (
    <Details of={domain} what="domain">
      <Fact name="Domain">
        <ShortId id={id} what="domain id" />
      </Fact>
      <Fact name="Changes keep">{modeNames[compatibility]}</Fact>
      <Fact name="Read by">{domain.public ? 'every tenant' : 'its tenant'}</Fact>
      <Fact name="Tenant">{tenant ? <TenantLink id={tenant} /> : 'none: it is the hub’s'}</Fact>
      <Fact name="Owner">
        {owners.map((owner) => (
          <AccountLink key={owner.id} id={owner.id} />
        ))}
        {owners.length === 0 && 'the hub'}
      </Fact>
    </Details>
  )
}
