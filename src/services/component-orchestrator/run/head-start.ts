import type { PlanCache } from '../flow/plan-cache.ts'
import type { StepOutput, StepRunner } from './step-runner.ts'
import type { StepTask } from './task.ts'

/** What the first step of a flow has made of an arrival that is not committed yet. */
export interface HeadStart extends StepOutput {
  /** The start of the flow by whose graph it was run: it counts for no other. */
  readonly generation: number
  /** Milliseconds that it took. */
  readonly tookMs: number
}

/** What is to be handed to a flow, under the ids that it will have. */
export interface HeadStartInput {
  readonly flowId: string
  readonly runId: string
  readonly taskId: string
  /** JSON text. */
  readonly message: string
}

/**
 * Runs first steps that only compute before their arrival is committed, so that both are one commit: a commit costs more than most
 * mappings. Nothing is known of such a step outside the hub, so it may be lost with an arrival that nobody was told of. What is slow or
 * large is committed apart, as ever, and its task picks up what was begun.
 */
export interface HeadStarts {
  /** Resolves to undefined where the step cannot be run ahead, fails, or is not done within `QUICK_MS`. */
  begin(input: HeadStartInput): Promise<HeadStart | undefined>
  /** What was begun for this task, once; undefined when nothing was, or by another graph. */
  take(task: Pick<StepTask, 'id' | 'generation'>): Promise<StepOutput> | undefined
  /** Gives up what was begun for the task: it will be run with its turn, here or elsewhere. */
  drop(taskId: string): void
  /** Which start of the flow took an arrival in; undefined: none. Only what is known here is run ahead. */
  note(flowId: string, generation: number | undefined): void
}

/** What running ahead takes. */
export interface HeadStartsOptions {
  readonly steps: StepRunner
  readonly plans: Pick<PlanCache, 'peek'>
  /** Whether nobody outside would know that the component has run. */
  readonly isPure: (component: string) => boolean
  /** Steps that are run ahead at a time. */
  readonly most: number
}

/** How long an arrival waits for its first step: most mappings take a few milliseconds, and the caller waits for the answer. */
const QUICK_MS = 100
/** Most messages times targets, and characters, of what is written together with its arrival. */
const MOST_SUCCESSORS = 64
const MOST_CHARACTERS = 1_048_576
/** Flows whose start is remembered. */
const MOST_FLOWS = 1_000

interface Begun {
  readonly generation: number
  readonly output: Promise<StepOutput>
  readonly aborter: AbortController
}

/** Creates it; it knows no flow yet. */
export function createHeadStarts({ steps, plans, isPure, most }: HeadStartsOptions): HeadStarts {
  const generations = new Map<string, number>()
  const begun = new Map<string, Begun>()

  async function run(
    { flowId, runId, taskId, message }: HeadStartInput,
    generation: number,
  ): Promise<HeadStart | undefined> {
    const plan = plans.peek(flowId, generation)
    if (plan === undefined || !isPure(plan.node(plan.firstStep)?.componentId ?? '')) return undefined
    const since = performance.now()
    const aborter = new AbortController()
    const input = { flowId, generation, runId, stepId: plan.firstStep, taskId, message }
    const output = steps.run(input, aborter.signal)
    begun.set(taskId, { generation, output, aborter })
    const quick = await withinMs(output, QUICK_MS)
    if (quick === undefined || !isSmall(quick)) return undefined
    begun.delete(taskId)
    return { ...quick, generation, tookMs: performance.now() - since }
  }

  return {
    async begin(input) {
      const generation = generations.get(input.flowId)
      if (generation === undefined || begun.size >= most) return undefined
      try {
        return await run(input, generation)
      } catch {
        // Its task meets the failure, and tells.
        return undefined
      }
    },
    take({ id, generation }) {
      const found = begun.get(id)
      begun.delete(id)
      return found?.generation === generation ? found.output : undefined
    },
    drop(taskId) {
      begun.get(taskId)?.aborter.abort()
      begun.delete(taskId)
    },
    note(flowId, generation) {
      generations.delete(flowId)
      if (generation === undefined) return
      generations.set(flowId, generation)
      const [oldest] = generations.keys()
      if (generations.size > MOST_FLOWS && oldest !== undefined) generations.delete(oldest)
    },
  }
}

function isSmall({ outputs, targets }: StepOutput): boolean {
  const characters = outputs.reduce((sum, { length }) => sum + length, 0)
  return outputs.length * targets.length <= MOST_SUCCESSORS && characters <= MOST_CHARACTERS
}

/** Undefined when it is not settled by then. */
async function withinMs<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), ms)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
