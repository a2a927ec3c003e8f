import { Link } from '@tanstack/react-router'
import type { RunInList } from '../../api/queries.ts'
import { pathTo } from '../../path-builder.ts'
import { durationText, Moment } from '../../ui/moment.tsx'
import { shortId } from '../../ui/short-id.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import type { Column } from '../../ui/thing-table.tsx'

/** The columns of runs; with the names of flows by id, also which flow each is of. */
export function runColumns(flowNames?: ReadonlyMap<string, string>): Column<RunInList>[] {
  const flow: Column<RunInList> = {
    title: 'Flow',
    cell: ({ flowId }) => <Link {...pathTo.flow(flowId)}>{flowNames?.get(flowId) || shortId(flowId)}</Link>,
  }
  return flowNames ? [run, flow, ...others] : [run, ...others]
}

const run: Column<RunInList> = {
  title: 'Run',
  cell: ({ id }) => (
    <Link {...pathTo.run(id)} className="row-link mono" title={id} data-row>
      {shortId(id)}
    </Link>
  ),
}

const others: readonly Column<RunInList>[] = [
  { title: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
  { title: 'Started', cell: ({ startedAt }) => <Moment at={startedAt} />, className: 'faint' },
  { title: 'Took', cell: tookText, className: 'number' },
  {
    title: 'Request',
    cell: ({ requestId }) => <span title={requestId}>{shortId(requestId)}</span>,
    className: 'faint mono clip',
  },
]

function tookText({ startedAt, finishedAt }: RunInList): string {
  return finishedAt ? durationText(Date.parse(finishedAt) - Date.parse(startedAt)) : '…'
}
