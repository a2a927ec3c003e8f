import type { Payloads } from '#catalogue'
import type { AnyEvent, HandlerContext, ServiceBus } from '#event-bus'
import type { FlowRepositoryDeps } from '../deps.ts'
import { controlFlow, type Flow, withoutOwner } from '../flow.ts'
import { nextStatus } from '../flow-status.ts'
import { deleteFlowsOf, findFlowsOwnedBy, updateFlow } from '../flow-store.ts'

/** A tenant goes, or a user does, wholly or from one tenant. */
export const departureNames = ['iam.tenant.deleted', 'iam.user.deleted', 'iam.user.removedFromTenant'] as const

type DepartureEvent = Extract<AnyEvent<Payloads>, { name: (typeof departureNames)[number] }>

/** Why a flow stops that nobody asked to stop. */
const ORPHANED = 'Nobody is left who owns the flow'

/**
 * The flows of a tenant go with it, running or not. A user who goes owns nothing any more; a flow that nobody owns stops, as it would act
 * for somebody who may no longer.
 */
export const onDeparture =
  ({ bus, clock }: { bus: Pick<ServiceBus<Payloads>, 'publish'>; clock: FlowRepositoryDeps['clock'] }) =>
  async (event: DepartureEvent, { tx }: HandlerContext): Promise<void> => {
    const { id, user } = event.payload
    const by = (tenant: string) => ({ ...(user && { user }), tenant })
    if (event.name === 'iam.tenant.deleted') {
      for (const flow of await deleteFlowsOf(tx, id)) {
        const name = flow.name === '' ? {} : { name: flow.name }
        const payload = { ...by(id), id: flow.id, flowId: flow.id, ...name }
        await bus.publish(tx, { name: 'flowrepo.flow.deleted', payload })
      }
      return
    }
    const tenant = event.name === 'iam.user.removedFromTenant' ? event.payload.tenantId : undefined
    for (const flow of await findFlowsOwnedBy(tx, id, tenant)) {
      const after = orphaned(withoutOwner(flow, id, clock()), clock())
      await updateFlow(tx, after)
      const about = { ...by(flow.tenantId), id: flow.id, flowId: flow.id }
      const changed = { version: after.version, changed: ['owners'], before: {}, after: {} }
      await bus.publish(tx, { name: 'flowrepo.flow.modified', payload: { ...about, ...changed } })
      if (after.status !== 'stopping' || flow.status === 'stopping') continue
      const stop = { ...about, generation: after.generation, reason: ORPHANED }
      await bus.publish(tx, { name: 'flowrepo.flow.stopping', payload: stop })
    }
  }

/** The flow, stopping where nobody owns it and it can be stopped. */
function orphaned(flow: Flow, now: Date): Flow {
  const stops = flow.owners.length === 0 && nextStatus(flow.status, 'stop') !== undefined
  return stops ? { ...controlFlow(flow, 'stop', now), failure: ORPHANED } : flow
}
