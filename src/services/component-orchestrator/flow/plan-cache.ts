import { messageOf, TerminalError } from '#lib/errors'
import type { Database } from '#lib/postgres'
import { findGraph } from './flow-store.ts'
import { type Plan, planOf } from './graph.ts'

/** Plans of the flows at work. A start's graph never changes, so nothing ever has to be dropped but for room. */
export interface PlanCache {
  /** Throws a `TerminalError` when the graph is not known, or cannot be run. */
  get(flowId: string, generation: number): Promise<Plan>
  /** The plan, if it is at hand. */
  peek(flowId: string, generation: number): Plan | undefined
}

const MOST = 1_000

/** Creates an empty cache. */
export function createPlanCache(db: Database): PlanCache {
  const plans = new Map<string, Promise<Plan>>()
  const loaded = new WeakMap<Promise<Plan>, Plan>()

  async function load(flowId: string, generation: number): Promise<Plan> {
    const graph = await db.transaction('everything', (tx) => findGraph(tx, flowId, generation))
    if (graph === undefined) {
      throw new TerminalError(`Cannot run flow "${flowId}" as the graph of start ${generation} must be known`)
    }
    try {
      return planOf(graph)
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
