import type { Payloads } from '#catalogue'
import type { ServiceBus } from '#event-bus'
import { HubError } from '#lib/errors'
import type { Database, Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import type { Flow } from './flow.ts'
import { findFlowById } from './flow-store.ts'

/** What the Flow Repository needs from the process that runs it. */
export interface FlowRepositoryDeps {
  readonly db: Database
  readonly bus: ServiceBus<Payloads>
  readonly clock: () => Date
}

/** The flow, locked for the rest of the transaction. Throws `not-found`, also for flows that the transaction must not see. */
export async function lockFlow(tx: Tx, id: string): Promise<Flow> {
  return found(await findFlowById(tx, id, true), id)
}

/** Throws `not-found` for undefined. */
export function found(flow: Flow | undefined, id: string): Flow {
  if (flow !== undefined) return flow
  throw new HubError('not-found', 'No flow found', { faults: [{ field: 'id', message: `There is no flow "${id}"` }] })
}

/** The fields that every event about a flow has: who brought it about, and where it happened, which is the flow's tenant. */
export function eventFields(flow: Flow, { id }: Pick<Principal, 'id'>) {
  return { user: id, tenant: flow.tenantId, id: flow.id, flowId: flow.id }
}
