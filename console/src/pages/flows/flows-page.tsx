import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'
import { type FlowStatus, flowsQuery } from '../../api/queries.ts'
import { useLiveRefresh } from '../../live/use-live-refresh.ts'
import { pathTo } from '../../path-builder.ts'
import type { FlowsSearch } from '../../search.ts'
import { moveByArrows } from '../../ui/arrow-keys.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { FilterField } from '../../ui/filter-field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Moment } from '../../ui/moment.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { Pager } from '../../ui/pager.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { FirstFlow } from './first-flow.tsx'

const route = getRouteApi('/inside/flows')

/** Events after which a flow looks different. */
export const flowEvents = ['flow.#', 'flowrepo.flow.#']
const allFlows = ['flows']

/** The flows of the tenant. */
export function FlowsPage() {
  const search = route.useSearch()
  const navigate = useNavigate()
  const query = useQuery(flowsQuery(search))
  useLiveRefresh(flowEvents, allFlows)
  const change = useCallback(
    ({ page, ...changed }: FlowsSearch) => {
      const { page: _before, ...others } = search
      void navigate({ ...pathTo.flows({ ...others, ...changed, ...(page && { page }) }), replace: true })
    },
    [navigate, search],
  )
  const onText = useCallback((q: string) => change({ q }), [change])
  const isFiltered = search.q !== undefined || search.status !== undefined
  return (
    <div className="page">
      <PageHead title="Flows" />
      <div className="filters">
        <FilterField label="Find" value={search.q ?? ''} onChange={onText} placeholder="name or description" isMain />
        <SelectField
          label="Status"
          value={search.status ?? ''}
          onChange={(status) => change({ status: status as FlowStatus })}
          options={[
            ['', 'All'],
            ...['active', 'inactive', 'starting', 'stopping'].map((each) => [each, each] as const),
          ]}
        />
      </div>
      <Loaded query={query}>
        {({ data, meta }) => {
          if (data.length > 0) return <FlowTable flows={data} meta={meta} onPage={(page) => change({ page })} />
          if (!isFiltered) return <FirstFlow />
          return (
            <EmptyState title="No flow fits">
              <p>
                <Link {...pathTo.flows()}>Show all flows</Link>
              </p>
            </EmptyState>
          )
        }}
      </Loaded>
    </div>
  )
}

interface FlowTableProps {
  readonly flows: readonly {
    readonly id: string
    readonly name: string
    readonly status: FlowStatus
    readonly failure?: string
    readonly graph: { readonly nodes: readonly unknown[] }
    readonly updatedAt: string
  }[]
  readonly meta: Parameters<typeof Pager>[0]['meta']
  readonly onPage: (page: number) => void
}

function FlowTable({ flows, meta, onPage }: FlowTableProps) {
  return (
    <>
      <div className="card table">
        <table onKeyDown={moveByArrows}>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Status</th>
              <th scope="col" className="number">
                Steps
              </th>
              <th scope="col">Changed</th>
            </tr>
          </thead>
          <tbody>
            {flows.map(({ id, name, status, failure, graph, updatedAt }) => (
              <tr key={id}>
                <td>
                  <Link {...pathTo.flow(id)} className="row-link" data-row>
                    {name || 'Unnamed flow'}
                  </Link>
                </td>
                <td>
                  <StatusBadge status={status} /> {failure && <span className="badge bad">last start failed</span>}
                </td>
                <td className="number">{graph.nodes.length}</td>
                <td className="faint">
                  <Moment at={updatedAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Pager meta={meta} onPage={onPage} things={meta.total === 1 ? 'flow' : 'flows'} />
    </>
  )
}
