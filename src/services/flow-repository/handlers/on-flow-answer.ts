import type { Payloads } from '#catalogue'
import type { AnyEvent, HandlerContext, ServiceBus } from '#event-bus'
import type { FlowRepositoryDeps } from '../deps.ts'
import { type Answer, applyAnswer } from '../flow.ts'
import { findFlowById, updateFlow } from '../flow-store.ts'

/** What the orchestrator answers to `flowrepo.flow.starting` and `.stopping`. */
export const answerNames = ['flow.started', 'flow.stopped', 'flow.failed'] as const

type AnswerEvent = Extract<AnyEvent<Payloads>, { name: (typeof answerNames)[number] }>

/**
 * Moves the flow on. A late or repeated answer, or one to another start, changes nothing. A flow that failed is stopped, so that
 * whatever the orchestrator had begun for it is taken down.
 */
export const onFlowAnswer =
  ({ bus, clock }: { bus: Pick<ServiceBus<Payloads>, 'publish'>; clock: FlowRepositoryDeps['clock'] }) =>
  async (event: AnswerEvent, { tx }: HandlerContext): Promise<void> => {
    const { flowId, generation, user, tenant } = event.payload
    const flow = await findFlowById(tx, flowId, true)
    const answer = toAnswer(event)
    const after = flow && applyAnswer(flow, answer, clock())
    if (after === undefined) return
    await updateFlow(tx, after)
    if (answer.signal !== 'failed') return
    const actor = { ...(user && { user }), tenant: tenant ?? after.tenantId }
    const reason = answer.reason === undefined ? {} : { reason: answer.reason }
    await bus.publish(tx, {
      name: 'flowrepo.flow.stopping',
      payload: { ...actor, id: flowId, flowId, generation, ...reason },
    })
  }

function toAnswer(event: AnswerEvent): Answer {
  const { generation } = event.payload
  switch (event.name) {
    case 'flow.started':
      return { signal: 'started', generation }
    case 'flow.stopped':
      return { signal: 'stopped', generation }
    case 'flow.failed':
      return { signal: 'failed', generation, reason: event.payload.reason }
  }
}
