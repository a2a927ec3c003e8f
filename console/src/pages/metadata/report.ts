import type { FlowUsage } from '../../api/metadata-queries.ts'
import { toProblem } from '../../api/problem.ts'
import type { Answered } from '../../api/queries.ts'

/** Something that a change would break. */
export type Difference = Answered<
  '/metadata-repository/api/v1/schemas/{id}/compatibility',
  'post'
>['differences'][number]

/** Whether a change keeps what was promised, and what it would break. */
export interface Report {
  readonly compatible: boolean
  readonly differences: readonly Difference[]
  /** By which mode; unknown where it was refused. */
  readonly mode?: string
  /** Flows that it would hurt; not told where it is compatible. */
  readonly usedBy?: FlowUsage
}

/** The report that stands in a refusal; undefined = it was refused for something else. */
export function reportOf(error: unknown): Report | undefined {
  const { code, report } = toProblem(error)
  return code === 'incompatible-schema' && isReport(report) ? report : undefined
}

/** As the hub's own document says it, for this code. */
function isReport(report: unknown): report is Report {
  return typeof report === 'object' && report !== null && 'differences' in report && Array.isArray(report.differences)
}

/** Does something, and tells the report of a refusal; nothing at first, and where it was not refused for what would break. */
export async function reporting<T>(tell: (report: Report | undefined) => void, work: () => Promise<T>): Promise<T> {
  tell(undefined)
  try {
    return await work()
  } catch (error) {
    tell(reportOf(error))
    throw error
  }
}
