import { Link } from '@tanstack/react-router'
import type { RunStatus } from '../../api/queries.ts'
import { pathTo } from '../../path-builder.ts'
import { moveByArrows } from '../../ui/arrow-keys.ts'
import { durationText, Moment } from '../../ui/moment.tsx'
import { shortId } from '../../ui/short-id.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'

interface RunTableProps {
  readonly runs: readonly {
    readonly id: string
    readonly flowId: string
    readonly requestId: string
    readonly status: RunStatus
    readonly startedAt: string
    readonly finishedAt?: string
  }[]
  /** Names of flows by id; without it the flow is not shown. */
  readonly flowNames?: ReadonlyMap<string, string>
}

/** Runs, a row each. */
export function RunTable({ runs, flowNames }: RunTableProps) {
  return (
    <div className="card table">
      <table onKeyDown={moveByArrows}>
        <thead>
          <tr>
            <th scope="col">Run</th>
            {flowNames && <th scope="col">Flow</th>}
            <th scope="col">Status</th>
            <th scope="col">Started</th>
            <th scope="col" className="number">
              Took
            </th>
            <th scope="col">Request</th>
          </tr>
        </thead>
        <tbody>
          {runs.map(({ id, flowId, status, startedAt, finishedAt, requestId }) => (
            <tr key={id}>
              <td>
                <Link {...pathTo.run(id)} className="row-link mono" title={id} data-row>
                  {shortId(id)}
                </Link>
              </td>
              {flowNames && (
                <td>
                  <Link {...pathTo.flow(flowId)}>{flowNames.get(flowId) || shortId(flowId)}</Link>
                </td>
              )}
              <td>
                <StatusBadge status={status} />
              </td>
              <td className="faint">
                <Moment at={startedAt} />
              </td>
              <td className="number">
                {finishedAt ? durationText(Date.parse(finishedAt) - Date.parse(startedAt)) : '…'}
              </td>
              <td className="faint mono clip" title={requestId}>
                {shortId(requestId)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
