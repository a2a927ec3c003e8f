import { HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import { newId } from '#lib/id'
import { scopeOf } from '#lib/scope'
import { eventFields, type FlowRepositoryDeps } from '../deps.ts'
import { createFlow } from '../flow.ts'
import { FlowAnswer, FlowInputSchema, toDocument } from '../flow-document.ts'
import { insertFlow } from '../flow-store.ts'
import { permissions } from '../permissions.ts'
import { storeMentions } from '../schema-mention-store.ts'

/** `POST /flows` */
export const postFlow = ({ db, bus, clock }: FlowRepositoryDeps) =>
  route({
    method: 'POST',
    path: '/flows',
    summary: 'Create a flow',
    permission: permissions.write,
    body: FlowInputSchema,
    allowNul: true,
    response: { 201: FlowAnswer },
    async handle({ body, principal }) {
      const { tenant } = principal
      if (tenant === undefined)
        throw new HubError('forbidden', 'Cannot create a flow as the caller must act in a tenant')
      const flow = createFlow(body, { id: newId(), userId: principal.id, tenantId: tenant, now: clock() })
      await db.transaction(scopeOf(principal), async (tx) => {
        await insertFlow(tx, flow)
        await storeMentions(tx, flow)
        const { name, tenantId } = flow
        const named = name === '' ? `flow ${flow.id}` : name
        await bus.publish(tx, {
          name: 'flowrepo.flow.created',
          payload: {
            ...eventFields(flow, principal),
            name: named,
            tenantId,
            owners: [{ id: principal.id, type: 'USER' }],
          },
        })
      })
      return { status: 201, body: { data: toDocument(flow), meta: {} } }
    },
  })
