import { type Fault, HubError } from '#lib/errors'
import type { Principal } from '#lib/principal'
import type { Reach } from '../access.ts'
import { type FlowKnowledge, type FlowUsage, findFlowUsage, maySeeFlows } from './flow-usage.ts'

/** What is to go. */
export interface Going {
  /** Location of a schema, or path of a domain. */
  readonly path: string
  /** Who can use it. */
  readonly reach: Reach
  /** As error sentences name it: "delete the schema". */
  readonly what: string
}

/** How many are named. */
const MOST_NAMED = 20

/** Throws `conflict`, naming the flows, where flows use it, and `unavailable` where that cannot be known. */
export async function demandNoFlows(flows: FlowKnowledge, principal: Principal, going: Going): Promise<void> {
  const usage = await findFlowUsage(flows, going.path, going.reach.tenantId)
  const own = maySeeFlows(principal, going.reach.tenantId) ? named(usage) : unnamed(usage)
  refuse(going, [...own, ...foreign(usage, going)])
}

/** Throws `conflict` where flows of other tenants use it, and `unavailable` where that cannot be known. */
export async function demandNoForeignFlows(flows: FlowKnowledge, going: Going): Promise<void> {
  refuse(going, foreign(await findFlowUsage(flows, going.path, going.reach.tenantId), going))
}

function named({ flows, more }: FlowUsage): Fault[] {
  const shown = flows.slice(0, MOST_NAMED).map(({ id, name }): Fault => {
    return { field: 'id', message: `Flow "${name}" (${id}) uses it` }
  })
  return more || flows.length > MOST_NAMED ? [...shown, { message: 'More flows use it' }] : shown
}

function unnamed({ flows }: FlowUsage): Fault[] {
  return flows.length > 0 ? [{ field: 'id', message: 'Flows of the tenant use it' }] : []
}

/** Flows of others may name what is not public, but cannot use it. */
function foreign({ others }: FlowUsage, { reach }: Going): Fault[] {
  return others > 0 && reach.public ? [{ message: 'Flows of other tenants use it' }] : []
}

function refuse({ what }: Going, faults: readonly Fault[]): void {
  const [first] = faults
  if (first === undefined) return
  throw new HubError('conflict', `Cannot ${what} as no flow must use it: ${first.message}`, { faults })
}
