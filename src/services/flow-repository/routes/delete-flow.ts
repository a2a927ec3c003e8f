import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { scopeOf } from '#lib/scope'
import { eventFields, type FlowRepositoryDeps, lockFlow } from '../deps.ts'
import { deleteFlow as demandDeletable } from '../flow.ts'
import { FlowParams } from '../flow-document.ts'
import { deleteFlowById } from '../flow-store.ts'
import { permissions } from '../permissions.ts'

/** `DELETE /flows/:id` */
export const deleteFlow = ({ db, bus }: FlowRepositoryDeps) =>
  route({
    method: 'DELETE',
    path: '/flows/:id',
    summary: 'Delete a flow that is inactive',
    permission: permissions.write,
    params: FlowParams,
    response: { 200: Type.Object({ msg: Type.String() }) },
    errors: ['not-found', 'conflict'],
    async handle({ params, principal }) {
      await db.transaction(scopeOf(principal), async (tx) => {
        const flow = await lockFlow(tx, params.id)
        demandDeletable(flow)
        await deleteFlowById(tx, flow.id)
        const name = flow.name === '' ? {} : { name: flow.name }
        await bus.publish(tx, { name: 'flowrepo.flow.deleted', payload: { ...eventFields(flow, principal), ...name } })
      })
      return { status: 200, body: { msg: 'Flow was successfully deleted' } }
    },
  })
