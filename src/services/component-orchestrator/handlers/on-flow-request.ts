import type { Payloads } from '#catalogue'
import type { AnyEvent, HandlerContext, ServiceBus } from '#event-bus'
import { TerminalError } from '#lib/errors'
import { beginStart, forgetFlow, stopFlow } from '../flow/flow-store.ts'

/** What the Flow Repository asks for and reports. */
export const requestNames = ['flowrepo.flow.starting', 'flowrepo.flow.stopping', 'flowrepo.flow.deleted'] as const

type RequestEvent = Extract<AnyEvent<Payloads>, { name: (typeof requestNames)[number] }>

/** What the handler needs. */
export interface OnFlowRequestDeps {
  readonly bus: Pick<ServiceBus<Payloads>, 'publish'>
  /** Called once a start waits to be prepared. */
  readonly onStart: () => void
}

/**
 * A start is prepared as a task. A stop takes effect with this transaction and is always answered, also for flows that are not known
 * here: the Flow Repository waits for the answer.
 */
export const onFlowRequest =
  ({ bus, onStart }: OnFlowRequestDeps) =>
  async (event: RequestEvent, { tx }: HandlerContext): Promise<void> => {
    const { flowId, user, tenant } = event.payload
    if (event.name === 'flowrepo.flow.deleted') return forgetFlow(tx, flowId)
    if (tenant === undefined)
      throw new TerminalError(`Cannot handle "${event.name}" as its payload must name the tenant`)
    const { generation } = event.payload
    if (event.name === 'flowrepo.flow.starting') {
      if (await beginStart(tx, { flowId, tenantId: tenant, generation, startedBy: user })) tx.afterCommit(onStart)
      return
    }
    await stopFlow(tx, { flowId, tenantId: tenant, generation })
    const actor = user === undefined ? {} : { user }
    await bus.publish(tx, { name: 'flow.stopped', payload: { ...actor, tenant, id: flowId, flowId, generation } })
  }
