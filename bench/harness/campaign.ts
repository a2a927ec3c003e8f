import type { Aim, BenchCase, BenchContext, Contestant, Measurement } from './case.ts'
import { median, type Summary, summarise } from './statistics.ts'

/** What all runs of a contestant gave. */
export interface ContestantResult {
  readonly contestant: Contestant
  /** Why there is nothing: it is not here, or a run of it failed. */
  readonly notMeasured?: string
  /** By id of the figure. */
  readonly figures: Readonly<Record<string, Summary>>
  /** Medians of CPU seconds by who used them. */
  readonly cpu: Readonly<Record<string, number>>
  /** Median CPU microseconds for a unit of work, all who took part together. */
  readonly cpuMicros?: number
}

/** Whether an aim holds. */
export interface Verdict {
  readonly aim: Aim
  /** The ratio, or our figure; undefined where it could not be measured. */
  readonly value: number | undefined
  readonly holds: boolean
}

/** All that is known of a case after its runs. */
export interface CaseResult {
  readonly case: BenchCase
  readonly runs: number
  readonly contestants: readonly ContestantResult[]
  readonly verdicts: readonly Verdict[]
}

/**
 * Measures a case `runs` times. The contestants take turns, so that what changes on the machine meanwhile meets all of them. One that fails is
 * reported as not measured and takes no further turn.
 */
export async function runCase(one: BenchCase, runs: number, context: BenchContext): Promise<CaseResult> {
  const count = Math.min(runs, one.mostRuns ?? runs)
  const measured = new Map<string, Measurement[]>()
  const missing = new Map<string, string>()
  for (const { id, missing: reason } of one.contestants) {
    const text = await reason?.()
    if (text !== undefined) missing.set(id, text)
  }
  for (let run = 1; run <= count; run += 1) {
    for (const contestant of one.contestants.filter(({ id }) => !missing.has(id))) {
      context.progress(`${one.id} · ${contestant.title} · run ${run} of ${count}`)
      try {
        const measurement = await contestant.run(context)
        measured.set(contestant.id, [...(measured.get(contestant.id) ?? []), measurement])
      } catch (error) {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
        context.progress(`${one.id} · ${contestant.title} failed: ${text}`)
        // Errors of other processes come with their stack.
        const [reason] = (error instanceof Error ? error.message : text).split('\n')
        missing.set(contestant.id, `failed: ${reason}`)
      }
    }
  }
  const contestants = one.contestants.map((contestant) =>
    summariseContestant(contestant, measured.get(contestant.id) ?? [], missing.get(contestant.id)),
  )
  return { case: one, runs: count, contestants, verdicts: one.aims.map((aim) => judge(aim, contestants)) }
}

/** Folds the runs of one contestant together. */
export function summariseContestant(
  contestant: Contestant,
  measurements: readonly Measurement[],
  notMeasured?: string,
): ContestantResult {
  if (notMeasured !== undefined) return { contestant, notMeasured, figures: {}, cpu: {} }
  const summaries = [...new Set(measurements.flatMap(({ figures }) => Object.keys(figures)))].map((id) => {
    const values = measurements.map(({ figures }) => figures[id]).filter((value) => value !== undefined)
    return [id, summarise(values)] as const
  })
  const users = [...new Set(measurements.flatMap(({ cpu }) => Object.keys(cpu)))]
  const cpu = users.map((user) => [user, median(measurements.map((one) => one.cpu[user] ?? 0))] as const)
  const micros = measurements
    .filter(({ work }) => work > 0)
    .map((one) => (Object.values(one.cpu).reduce((sum, seconds) => sum + seconds, 0) / one.work) * 1e6)
  return {
    contestant,
    figures: Object.fromEntries(summaries),
    cpu: Object.fromEntries(cpu),
    ...(micros.length === 0 ? {} : { cpuMicros: median(micros) }),
  }
}

/** The ratio of medians, ours to the other's; undefined where one is missing. */
export function ratio(contestants: readonly ContestantResult[], figure: string, beside: string): number | undefined {
  const ours = contestants.find(({ contestant }) => contestant.kind === 'ours')?.figures[figure]
  const other = contestants.find(({ contestant }) => contestant.id === beside)?.figures[figure]
  return ours === undefined || other === undefined || other.median === 0 ? undefined : ours.median / other.median
}

/** Says whether an aim holds; what could not be measured does not. */
export function judge(aim: Aim, contestants: readonly ContestantResult[]): Verdict {
  const ours = contestants.find(({ contestant }) => contestant.kind === 'ours')?.figures[aim.figure]?.median
  const value = aim.beside === undefined ? ours : ratio(contestants, aim.figure, aim.beside)
  const holds = value !== undefined && value >= (aim.atLeast ?? -Infinity) && value <= (aim.atMost ?? Infinity)
  return { aim, value, holds }
}
