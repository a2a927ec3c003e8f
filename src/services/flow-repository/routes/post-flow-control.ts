import { route } from '#lib/http/route'
import { scopeOf } from '#lib/scope'
import { eventFields, type FlowRepositoryDeps, lockFlow } from '../deps.ts'
import { controlFlow } from '../flow.ts'
import { FlowParams, StatusAnswer } from '../flow-document.ts'
import { updateFlow } from '../flow-store.ts'
import { permissions } from '../permissions.ts'

const requests = {
  start: { event: 'flowrepo.flow.starting', summary: 'Start a flow: it is active once the orchestrator has answered' },
  stop: { event: 'flowrepo.flow.stopping', summary: 'Stop a flow: it takes nothing in any more; accepted runs finish' },
} as const

/** `POST /flows/:id/start` and `POST /flows/:id/stop`, which differ in their names alone. */
export const postFlowControl = ({ db, bus, clock }: FlowRepositoryDeps, verb: keyof typeof requests) =>
  route({
    method: 'POST',
    path: `/flows/:id/${verb}`,
    summary: requests[verb].summary,
    permission: permissions.control,
    params: FlowParams,
    response: { 200: StatusAnswer },
    errors: ['not-found', 'conflict'],
    async handle({ params, principal }) {
      const { id, status } = await db.transaction(scopeOf(principal), async (tx) => {
        const flow = controlFlow(await lockFlow(tx, params.id), verb, clock())
        await updateFlow(tx, flow)
        await bus.publish(tx, {
          name: requests[verb].event,
          payload: { ...eventFields(flow, principal), generation: flow.generation },
        })
        return flow
      })
      return { status: 200, body: { data: { id, status }, meta: {} } }
    },
  })
