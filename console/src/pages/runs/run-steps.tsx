import { Link } from '@tanstack/react-router'
import type { Run } from '../../api/queries.ts'
import { pathTo } from '../../path-builder.ts'
import { moveByArrows } from '../../ui/arrow-keys.ts'
import type { FlowShape } from '../../ui/graph-layout.ts'
import { durationText } from '../../ui/moment.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { useNow } from '../../ui/use-now.ts'

interface RunStepsProps {
  readonly run: Run
  /** Tells the names of the steps. */
  readonly shape: FlowShape
  readonly chosenId: string | undefined
}

/** The steps of a run in the order in which they came up, with where in the run's time each stood. */
export function RunSteps({ run, shape, chosenId }: RunStepsProps) {
  const names = new Map(shape.nodes.map(({ id, name }) => [id, name]))
  const now = useNow()
  const begin = Date.parse(run.startedAt)
  const end = Math.max(begin + 1, ...run.steps.map((step) => endOf(step, now)))
  return (
    <section className="card table" aria-label="Steps">
      <table onKeyDown={moveByArrows}>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Status</th>
            <th scope="col" className="number">
              Attempts
            </th>
            <th scope="col" className="number">
              Took
            </th>
            <th scope="col" className="time-column">
              When
            </th>
          </tr>
        </thead>
        <tbody>
          {run.steps.map((step) => (
            <tr key={step.id} aria-current={step.id === chosenId || undefined}>
              <td>
                <Link
                  {...pathTo.run(run.id, { step: step.id })}
                  className="row-link"
                  aria-current={step.id === chosenId ? 'true' : undefined}
                  resetScroll={false}
                  replace
                  data-row
                >
                  {names.get(step.stepId) || step.stepId}
                </Link>
              </td>
              <td>
                <StatusBadge status={step.status} />
              </td>
              <td className="number">{step.attempts}</td>
              <td className="number">{step.durationMs === undefined ? '…' : durationText(step.durationMs)}</td>
              <td className="time-column">
                <TimeBar
                  from={Date.parse(step.createdAt)}
                  to={endOf(step, now)}
                  begin={begin}
                  end={end}
                  tone={step.status}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function endOf({ finishedAt }: Run['steps'][number], now: number): number {
  return finishedAt === undefined ? now : Date.parse(finishedAt)
}

/** From when the step came up to when it was done, within the run. */
function TimeBar({ from, to, begin, end, tone }: Record<'from' | 'to' | 'begin' | 'end', number> & { tone: string }) {
  const scale = 100 / (end - begin)
  const left = Math.max(0, (from - begin) * scale)
  const width = Math.max(1.5, Math.min(100 - left, (to - from) * scale))
  const title = `${durationText(Math.max(0, from - begin))} to ${durationText(Math.max(0, to - begin))} after the start`
  return (
    <svg viewBox="0 0 100 8" preserveAspectRatio="none" className="time-bar" role="img" aria-label={title}>
      <title>{title}</title>
      <rect x="0" y="3" width="100" height="2" className="track" />
      <rect x={Math.min(left, 98.5)} y="0" width={width} height="8" className={`bar ${tone}`} />
    </svg>
  )
}
