import type { Payloads } from '#catalogue'
import type { ServiceBus } from '#event-bus'
import type { Database } from '#lib/postgres'
import { giveStartUp } from './flow-store.ts'
import type { RunsOf } from './run-tokens.ts'

/** Has a flow that runs take nothing in any more, and tells why: the Flow Repository then stops it. Twice is once. */
export async function giveFlowUp(
  { db, bus }: { readonly db: Database; readonly bus: Pick<ServiceBus<Payloads>, 'publish'> },
  { flowId, tenantId: tenant, generation }: RunsOf,
  reason: string,
): Promise<void> {
  await db.transaction('everything', async (tx) => {
    if (!(await giveStartUp(tx, flowId, generation))) return
    await bus.publish(tx, { name: 'flow.failed', payload: { tenant, id: flowId, flowId, generation, reason } })
  })
}
