import { Type } from 'typebox'
import { HubError, messageOf } from '#lib/errors'
import { can, type Permission, type Principal, seesEverything } from '#lib/principal'
import { Id } from '#lib/schema'
import { locationOf } from '#lib/schema-location'
import type { MetadataRepositoryDeps } from '../deps.ts'
import type { Finding } from './examination.ts'
import type { Outlook } from './schema-change.ts'

/** A flow whose graph names a schema. */
export interface FlowUser {
  readonly id: string
  readonly name: string
  readonly status: string
}

/** The flows that use a schema, or any of a domain. */
export interface FlowUsage {
  /** Of one tenant, by their names; at most 100. */
  readonly flows: readonly FlowUser[]
  readonly more: boolean
  /** How many there are of other tenants. */
  readonly others: number
}

/** Who knows the flows. */
export type FlowKnowledge = Pick<MetadataRepositoryDeps, 'flowRepository'>

const MOST = 100

/** As the Flow Repository has it: who may not read flows is not told what they are called. */
const readFlows: Permission = { name: 'flows.read', scope: 'tenant', description: 'See the flows of the tenant' }

/** Whether the principal may be told of the flows of the tenant. */
export function maySeeFlows(principal: Principal, tenant: string | undefined): boolean {
  return can(principal, readFlows, { tenant })
}

/**
 * The flows of the tenant that name the location of a schema, or the path of a domain, as the Flow Repository has them. Throws `unavailable`
 * where it does not tell. No transaction must be open.
 */
export async function findFlowUsage(
  { flowRepository }: FlowKnowledge,
  location: string,
  tenant: string | undefined,
): Promise<FlowUsage> {
  const query = new URLSearchParams({ location, ...(tenant && { tenant }) })
  try {
    const { body } = await flowRepository.request({ method: 'GET', path: `/flow-repository/schema-usage?${query}` })
    return body as FlowUsage
  } catch (cause) {
    // Whatever is refused there is refused to the token of this service, not to the caller.
    throw new HubError('unavailable', `Cannot tell which flows use the schema: ${messageOf(cause)}`, { cause })
  }
}

/** The flows of the tenant that use any of these schemas; of those of other tenants at least how many. Throws as `findFlowUsage`. */
export async function findUsageOfAny(
  flows: FlowKnowledge,
  locations: readonly string[],
  tenant: string | undefined,
): Promise<FlowUsage> {
  const usages = await Promise.all(locations.map((location) => findFlowUsage(flows, location, tenant)))
  const users = [...new Map(usages.flatMap((usage) => usage.flows.map((flow) => [flow.id, flow]))).values()]
  return {
    flows: users.slice(0, MOST),
    more: users.length > MOST || usages.some(({ more }) => more),
    others: Math.max(0, ...usages.map(({ others }) => others)),
  }
}

/** What callers are told of flows. */
export const flowUsageFields = {
  flows: Type.Optional(
    Type.Array(Type.Object({ id: Id, name: Type.String(), status: Type.String() }), {
      maxItems: MOST,
      description: 'Flows of the tenant that name it in their graph; absent for who may not read flows',
    }),
  ),
  moreFlows: Type.Optional(Type.Boolean({ description: `Whether there are more than ${MOST}` })),
  otherFlows: Type.Optional(
    Type.Integer({ description: 'How many flows of other tenants name it; for administrators of the hub' }),
  ),
}

/** Writes the usage by flows of the tenant, as far as the caller may know of it. */
export function toldFlows(principal: Principal, { flows, more, others }: FlowUsage, tenant: string | undefined) {
  const own = { flows: flows.map(({ id, name, status }) => ({ id, name, status })), moreFlows: more }
  return { ...(maySeeFlows(principal, tenant) && own), ...(seesEverything(principal) && { otherFlows: others }) }
}

/** How many schemas flows are looked for of that a refused change concerns. */
const MOST_ASKED = 20

/** Writes the flows that a change would hurt: they use what it changes, or one of those whose promises it breaks. Throws as `findFlowUsage`. */
export async function flowsHurt(
  flows: FlowKnowledge,
  principal: Principal,
  { domain, changes }: Pick<Outlook, 'domain' | 'changes'>,
  findings: readonly Finding[],
) {
  const broken = findings.flatMap(({ schema }) => (schema ? [locationOf(schema)] : []))
  const changed = changes.flatMap(({ before, isOtherValue }) =>
    before && isOtherValue ? [before.schema.location] : [],
  )
  const locations = [...new Set([...broken, ...changed])].slice(0, MOST_ASKED)
  return toldFlows(principal, await findUsageOfAny(flows, locations, domain.tenantId), domain.tenantId)
}
