import { route } from '#lib/http/route'
import { scopeOf } from '#lib/scope'
import { eventFields, type FlowRepositoryDeps, lockFlow } from '../deps.ts'
import { changeFlow, type Flow } from '../flow.ts'
import { FlowAnswer, FlowInputSchema, FlowParams, toDocument } from '../flow-document.ts'
import { updateFlow } from '../flow-store.ts'
import { permissions } from '../permissions.ts'
import { storeMentions } from '../schema-mention-store.ts'

/** `PATCH /flows/:id` */
export const patchFlow = ({ db, bus, clock }: FlowRepositoryDeps) =>
  route({
    method: 'PATCH',
    path: '/flows/:id',
    summary: 'Change a flow that is inactive',
    permission: permissions.write,
    params: FlowParams,
    body: FlowInputSchema,
    allowNul: true,
    response: { 200: FlowAnswer },
    errors: ['not-found', 'conflict'],
    async handle({ params, body, principal }) {
      const flow = await db.transaction(scopeOf(principal), async (tx) => {
        const before = await lockFlow(tx, params.id)
        const { flow: after, changed } = changeFlow(before, body, clock())
        if (changed.length === 0) return after
        await updateFlow(tx, after)
        if (changed.includes('graph')) await storeMentions(tx, after)
        const told = changed.filter((field) => field !== 'graph')
        await bus.publish(tx, {
          name: 'flowrepo.flow.modified',
          payload: {
            ...eventFields(after, principal),
            version: after.version,
            changed,
            before: valuesOf(before, told),
            after: valuesOf(after, told),
          },
        })
        return after
      })
      return { status: 200, body: { data: toDocument(flow), meta: {} } }
    },
  })

/** Graphs are left out: people write credentials into the fields of steps. */
function valuesOf(flow: Flow, fields: readonly ('name' | 'description' | 'type')[]): Record<string, string> {
  return Object.fromEntries(fields.flatMap((field) => (flow[field] ? [[field, flow[field]]] : [])))
}
