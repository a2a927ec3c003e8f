import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback } from 'react'
import { type FlowInList, type FlowStatus, flowsQuery } from '../../api/queries.ts'
import { useLiveRefresh } from '../../live/use-live-refresh.ts'
import { pathTo } from '../../path-builder.ts'
import type { FlowsSearch } from '../../search.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { FilterField } from '../../ui/filter-field.tsx'
import { Moment } from '../../ui/moment.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { type Column, ThingList } from '../../ui/thing-table.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { FirstFlow } from './first-flow.tsx'

const route = getRouteApi('/inside/flows')

/** Events after which a flow looks different. */
export const flowEvents = ['flow.#', 'flowrepo.flow.#']
const allFlows = ['flows']

/** The flows of the tenant. */
export function FlowsPage() {
  const search = route.useSearch()
  const { change } = usePageSearch<FlowsSearch>(search, pathTo.flows)
  const query = useQuery(flowsQuery(search))
  useLiveRefresh(flowEvents, allFlows)
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
      <ThingList
        query={query}
        columns={columns}
        names={['flow', 'flows']}
        onPage={(page) => change({ page })}
        empty={isFiltered ? <NoFlow /> : <FirstFlow />}
      />
    </div>
  )
}

function NoFlow() {
  return (
    <EmptyState title="No flow fits">
      <p>
        <Link {...pathTo.flows()}>Show all flows</Link>
      </p>
    </EmptyState>
  )
}

const columns: readonly Column<FlowInList>[] = [
  {
    title: 'Name',
    cell: ({ id, name }) => (
      <Link {...pathTo.flow(id)} className="row-link" data-row>
        {name || 'Unnamed flow'}
      </Link>
    ),
  },
  {
    title: 'Status',
    cell: ({ status, failure }) => (
      <>
        <StatusBadge status={status} /> {failure && <span className="badge bad">last start failed</span>}
      </>
    ),
  },
  { title: 'Steps', cell: ({ graph }) => graph.nodes.length, className: 'number' },
  { title: 'Changed', cell: ({ updatedAt }) => <Moment at={updatedAt} />, className: 'faint' },
]
