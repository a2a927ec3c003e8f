import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { flowsQuery, type RunStatus, runsQuery } from '../../api/queries.ts'
import { pathTo } from '../../path-builder.ts'
import type { RunsSearch } from '../../search.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { shortId } from '../../ui/short-id.tsx'
import { ThingList } from '../../ui/thing-table.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { runColumns } from './run-columns.tsx'

const route = getRouteApi('/inside/runs')

/** What the flows have done. */
export function RunsPage() {
  const search = route.useSearch()
  const { change } = usePageSearch<RunsSearch>(search, pathTo.runs)
  const query = useQuery(runsQuery(search))
  const flows = useQuery(flowsQuery({})).data?.data ?? []
  const names = new Map(flows.map(({ id, name }) => [id, name]))
  const known = flows.map(({ id, name }) => [id, name || shortId(id)] as const)
  return (
    <div className="page">
      <PageHead title="Runs" />
      <div className="filters">
        <SelectField
          label="Flow"
          value={search.flow ?? ''}
          onChange={(flow) => change({ flow })}
          options={[['', 'All'], ...known]}
        />
        <SelectField
          label="Status"
          value={search.status ?? ''}
          onChange={(status) => change({ status: status as RunStatus })}
          options={[['', 'All'], ...['running', 'success', 'failed'].map((each) => [each, each] as const)]}
        />
      </div>
      <ThingList
        query={query}
        columns={runColumns(names)}
        names={['run', 'runs']}
        onPage={(page) => change({ page })}
        ways={['Newer', 'Older']}
        empty={<NoRuns isFiltered={search.flow !== undefined || search.status !== undefined} />}
      />
    </div>
  )
}

function NoRuns({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <EmptyState title="No run fits">
        <p>
          <Link {...pathTo.runs()}>Show all runs</Link>
        </p>
      </EmptyState>
    )
  }
  return (
    <EmptyState title="No run yet">
      <p>
        A run begins when an active flow takes something in. Start one of the <Link {...pathTo.flows()}>flows</Link> and
        send something to its webhook; its page has the line for the terminal.
      </p>
    </EmptyState>
  )
}
