import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'
import { type AuditEntry, auditQuery, catalogueQuery, meQuery } from '../../api/queries.ts'
import { textIn } from '../../live/live-event.ts'
import { pathTo } from '../../path-builder.ts'
import type { AuditSearch } from '../../search.ts'
import { moveByArrows } from '../../ui/arrow-keys.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { FilterField } from '../../ui/filter-field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { ClockTime, Moment } from '../../ui/moment.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { Pager } from '../../ui/pager.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { shortId } from '../../ui/short-id.tsx'

const route = getRouteApi('/inside/audit')

/** Everything that ever happened. */
export function AuditPage() {
  const search = route.useSearch()
  const navigate = useNavigate()
  const query = useQuery(auditQuery(search))
  const change = useCallback(
    ({ page, ...changed }: AuditSearch) => {
      const { page: _before, ...others } = search
      void navigate({ ...pathTo.audit({ ...others, ...changed, ...(page && { page }) }), replace: true })
    },
    [navigate, search],
  )
  const { page: _page, ...filters } = search
  return (
    <div className="page">
      <PageHead title="Audit log">
        <button type="button" className="button" onClick={() => void query.refetch()}>
          Refresh
        </button>
      </PageHead>
      <AuditFilters search={search} onChange={change} />
      <Loaded query={query}>
        {({ data, meta }) =>
          data.length === 0 ? (
            <EmptyState title={Object.keys(filters).length > 0 ? 'No entry fits' : 'No entry yet'}>
              <p>
                {Object.keys(filters).length > 0 ? (
                  <Link {...pathTo.audit()}>Show all entries</Link>
                ) : (
                  'Every event of your tenant is kept here as soon as it happens: create a flow, for example.'
                )}
              </p>
            </EmptyState>
          ) : (
            <>
              <EntryTable entries={data} />
              <Pager meta={meta} onPage={(page) => change({ page })} things={meta.total === 1 ? 'entry' : 'entries'} />
            </>
          )
        }
      </Loaded>
    </div>
  )
}

function AuditFilters({ search, onChange }: { search: AuditSearch; onChange: (changed: AuditSearch) => void }) {
  const catalogue = useQuery(catalogueQuery).data?.data ?? []
  const services = [...new Set(catalogue.map(({ service }) => service))]
  const names = catalogue.filter(({ service }) => !search.service || service === search.service).map(({ name }) => name)
  const onUser = useCallback((user: string) => onChange({ user: user.trim() }), [onChange])
  const onTenant = useCallback((tenant: string) => onChange({ tenant: tenant.trim() }), [onChange])
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
      <FilterField label="Actor" value={search.user ?? ''} onChange={onUser} placeholder="user id" />
      <FilterField label="Tenant" value={search.tenant ?? ''} onChange={onTenant} placeholder="tenant id" />
    </search>
  )
}

function EntryTable({ entries }: { entries: readonly AuditEntry[] }) {
  const { data: me } = useSuspenseQuery(meQuery)
  return (
    <div className="card table">
      <table onKeyDown={moveByArrows}>
        <thead>
          <tr>
            <th scope="col" className="number">
              No.
            </th>
            <th scope="col">Event</th>
            <th scope="col">When</th>
            <th scope="col">About</th>
            <th scope="col">Actor</th>
            <th scope="col">Service</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(({ id, index, number, headers, payload, recordedAt, origin }) => {
            const about = textIn(payload, 'name') ?? textIn(payload, 'id')
            const actor = textIn(payload, 'user')
            const at = textIn(headers, 'createdAt') ?? recordedAt
            return (
              <tr key={id}>
                <td className="number faint">{me.isAdmin ? index : number}</td>
                <td>
                  <Link {...pathTo.auditEntry(id)} className="row-link event-name" data-row>
                    {textIn(headers, 'name') ?? 'Unnamed event'}
                  </Link>
                </td>
                <td>
                  <ClockTime at={at} />{' '}
                  <span className="faint">
                    <Moment at={at} />
                  </span>
                </td>
                <td className="clip" title={about}>
                  {about && shortId(about)}
                </td>
                <td className="mono faint" title={actor}>
                  {actor && <Link {...pathTo.audit({ user: actor })}>{shortId(actor)}</Link>}
                </td>
                <td className="faint">{origin || textIn(headers, 'serviceName')}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
