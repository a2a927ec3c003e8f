import type { BenchServer } from './bench-server.ts'

/** One thing that is measured of every contestant. */
export interface Figure {
  readonly id: string
  readonly title: string
  /** Such as `events/s` or `ms`. */
  readonly unit: string
}

/** What one run of one contestant gave. */
export interface Measurement {
  /** Values by the id of their figure; a contestant may leave out what it does not have. */
  readonly figures: Readonly<Record<string, number>>
  /** CPU seconds by who used them, load generator included. */
  readonly cpu: Readonly<Record<string, number>>
  /** Units of work done, what the CPU seconds are to be divided by. */
  readonly work: number
  /** Wall seconds that the CPU seconds belong to. */
  readonly seconds: number
}

/** What a run may use. */
export interface BenchContext {
  /** True with `--quick`: shorter runs, smaller backlogs. */
  readonly quick: boolean
  /** The bench's PostgreSQL, started at first use and shared by all that follow. */
  postgres(): Promise<BenchServer>
  /** A folder that is gone after the bench. */
  readonly folder: string
  /** Tells whoever watches. */
  progress(text: string): void
}

/** Somebody who does the work of a case. */
export interface Contestant {
  readonly id: string
  readonly title: string
  /** `ours` is what the aims are about; `variant` is ours too, in another mode; a `limit` does less than what is asked for. */
  readonly kind: 'ours' | 'variant' | 'peer' | 'limit'
  /** One paragraph for the report: how it is configured, and where it promises less. */
  readonly about: string
  /** Why it cannot be measured here; undefined when it can. */
  readonly missing?: () => Promise<string | undefined>
  /** One run, on its own; it leaves nothing behind. Throws when the work was not done in full. */
  readonly run: (context: BenchContext) => Promise<Measurement>
}

/** What a case wants of ours. */
export interface Aim {
  readonly figure: string
  /** With it the aim is about the ratio of ours to this contestant, otherwise about our figure itself. */
  readonly beside?: string
  readonly atLeast?: number
  readonly atMost?: number
}

/** A question, and all who answer it in the same run. */
export interface BenchCase {
  /** `<group>.<name>`, also the name of its section in the report. */
  readonly id: string
  readonly group: string
  readonly title: string
  /** What the work is and how it is timed, for the report. */
  readonly about: string
  readonly figures: readonly Figure[]
  /** Ours first. They take turns: run 1 of each, then run 2 of each. */
  readonly contestants: readonly Contestant[]
  readonly aims: readonly Aim[]
  /** Most runs of this case, where one alone takes minutes. */
  readonly mostRuns?: number
}
