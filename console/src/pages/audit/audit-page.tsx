import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback } from 'react'
import { type AuditEntry, auditQuery, catalogueQuery, meQuery } from '../../api/queries.ts'
import { textIn } from '../../live/live-event.ts'
import { pathTo } from '../../path-builder.ts'
import type { AuditSearch } from '../../search.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { FilterField } from '../../ui/filter-field.tsx'
import { ClockTime, Moment } from '../../ui/moment.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { shortId } from '../../ui/short-id.tsx'
import { type Column, ThingList } from '../../ui/thing-table.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'

const route = getRouteApi('/inside/audit')

/** Everything that ever happened. */
export function AuditPage() {
  const search = route.useSearch()
  const { change } = usePageSearch<AuditSearch>(search, pathTo.audit)
  const query = useQuery(auditQuery(search))
  const { data: me } = useSuspenseQuery(meQuery)
  const { page: _page, ...filters } = search
  return (
    <div className="page">
      <PageHead title="Audit log">
        <button type="button" className="button" onClick={() => void query.refetch()}>
          Refresh
        </button>
      </PageHead>
      <AuditFilters search={search} onChange={change} />
      <ThingList
        query={query}
        columns={me.isAdmin ? [indexColumn, ...columns] : [numberColumn, ...columns]}
        names={['entry', 'entries']}
        onPage={(page) => change({ page })}
        ways={['Newer', 'Older']}
        empty={<NoEntry isFiltered={Object.keys(filters).length > 0} />}
      />
    </div>
  )
}

function NoEntry({ isFiltered }: { isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyState title="No entry fits">
      <p>
        <Link {...pathTo.audit()}>Show all entries</Link>
      </p>
    </EmptyState>
  ) : (
    <EmptyState title="No entry yet">
      <p>Every event of your tenant is kept here as soon as it happens: create a flow, for example.</p>
    </EmptyState>
  )
}

function AuditFilters({
  search,
  onChange,
}: {
  search: AuditSearch
  onChange: (changed: Partial<AuditSearch>) => void
}) {
  const catalogue = useQuery(catalogueQuery).data?.data ?? []
  const services = [...new Set(catalogue.map(({ service }) => service))]
  const names = catalogue.filter(({ service }) => !search.service || service === search.service).map(({ name }) => name)
  const onUser = useCallback((user: string) => onChange({ user: user.trim() }), [onChange])
  const onTenant = useCallback((tenant: string) => onChange({ tenant: tenant.trim() }), [onChange])
  const onAbout = useCallback((about: string) => onChange({ about: about.trim() }), [onChange])
  const onFlow = useCallback((flow: string) => onChange({ flow: flow.trim() }), [onChange])
  const choices = (values: readonly string[]) =>
    [['', 'All'], ...values.map((each) => [each, each])] as [string, string][]
  return (
    <search className="filters">
      <SelectField
        label="Service"
        value={search.service ?? ''}
        onChange={(service) => onChange({ service, name: '' })}
        options={choices(services)}
      />
      <SelectField
        label="Event"
        value={search.name ?? ''}
        onChange={(name) => onChange({ name })}
        options={choices(names)}
      />
      <FilterField label="Flow" value={search.flow ?? ''} onChange={onFlow} placeholder="flow id" isMain />
      <FilterField label="About" value={search.about ?? ''} onChange={onAbout} placeholder="id of a thing" />
      <FilterField label="Actor" value={search.user ?? ''} onChange={onUser} placeholder="user id" />
      <FilterField label="Tenant" value={search.tenant ?? ''} onChange={onTenant} placeholder="tenant id" />
    </search>
  )
}

const indexColumn: Column<AuditEntry> = { title: 'No.', cell: ({ index }) => index, className: 'number faint' }
const numberColumn: Column<AuditEntry> = { title: 'No.', cell: ({ number }) => number, className: 'number faint' }

const columns: readonly Column<AuditEntry>[] = [
  {
    title: 'Event',
    cell: ({ id, headers }) => (
      <Link {...pathTo.auditEntry(id)} className="row-link event-name" data-row>
        {textIn(headers, 'name') ?? 'Unnamed event'}
      </Link>
    ),
  },
  {
    title: 'When',
    cell: ({ headers, recordedAt }) => {
      const at = textIn(headers, 'createdAt') ?? recordedAt
      return (
        <>
          <ClockTime at={at} />{' '}
          <span className="faint">
            <Moment at={at} />
          </span>
        </>
      )
    },
  },
  {
    title: 'About',
    cell: ({ payload }) => {
      const about = textIn(payload, 'name') ?? textIn(payload, 'id')
      return about && <span title={about}>{shortId(about)}</span>
    },
    className: 'clip',
  },
  {
    title: 'Actor',
    cell: ({ payload }) => {
      const actor = textIn(payload, 'user')
      return (
        actor && (
          <Link {...pathTo.audit({ user: actor })} title={actor}>
            {shortId(actor)}
          </Link>
        )
      )
    },
    className: 'mono faint',
  },
  { title: 'Service', cell: ({ headers, origin }) => origin || textIn(headers, 'serviceName'), className: 'faint' },
]
