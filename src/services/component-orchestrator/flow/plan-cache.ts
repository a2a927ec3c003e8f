import { messageOf, TerminalError } from '#lib/errors'
import type { Database } from '#lib/postgres'
import { findStart } from './flow-store.ts'
import { type Plan, planOf, secretsOf } from './graph.ts'
import type { RunsOf } from './run-tokens.ts'

/** A start that is ready for its runs. */
export interface StartPlan extends Plan {
  readonly start: RunsOf
}

/** Plans of the flows at work. A start's graph never changes, so nothing ever has to be dropped but for room. */
export interface PlanCache {
  /** Throws a `TerminalError` when the graph is not known, or cannot be run. */
  get(flowId: string, generation: number): Promise<StartPlan>
  /** The plan, if it is at hand. */
  peek(flowId: string, generation: number): StartPlan | undefined
}

const MOST = 1_000

/** Creates an empty cache. */
export function createPlanCache(db: Database): PlanCache {
  const plans = new Map<string, Promise<StartPlan>>()
  const loaded = new WeakMap<Promise<StartPlan>, StartPlan>()

  async function load(flowId: string, generation: number): Promise<StartPlan> {
    const known = await db.transaction('everything', (tx) => findStart(tx, flowId, generation))
    if (known === undefined) {
      throw new TerminalError(`Cannot run flow "${flowId}" as the graph of start ${generation} must be known`)
    }
    const { graph, ...start } = known
    try {
      return { ...planOf(graph), start: { ...start, secrets: secretsOf(graph) } }
    } catch (cause) {
      throw new TerminalError(messageOf(cause), { cause })
    }
  }

  return {
    get(flowId, generation) {
      const key = `${flowId}/${generation}`
      const plan = plans.get(key) ?? load(flowId, generation)
      plans.delete(key)
      plans.set(key, plan)
      plan.then(
        (known) => loaded.set(plan, known),
        () => plans.delete(key),
      )
      const [oldest] = plans.keys()
      if (plans.size > MOST && oldest !== undefined) plans.delete(oldest)
      return plan
    },
    peek(flowId, generation) {
      const plan = plans.get(`${flowId}/${generation}`)
      return plan && loaded.get(plan)
    },
  }
}
