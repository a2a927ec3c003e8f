import { route } from '#lib/http/route'
import { scopeOf } from '#lib/scope'
import { type FlowRepositoryDeps, found } from '../deps.ts'
import { FlowAnswer, FlowParams, toDocument } from '../flow-document.ts'
import { findFlowById } from '../flow-store.ts'
import { permissions } from '../permissions.ts'

/** `GET /flows/:id` */
export const getFlow = ({ db }: Pick<FlowRepositoryDeps, 'db'>) =>
  route({
    method: 'GET',
    path: '/flows/:id',
    summary: 'Read a flow',
    permission: permissions.read,
    params: FlowParams,
    response: { 200: FlowAnswer },
    errors: ['not-found'],
    async handle({ params, principal }) {
      const flow = await db.transaction(scopeOf(principal), (tx) => findFlowById(tx, params.id))
      return { status: 200, body: { data: toDocument(found(flow, params.id)), meta: {} } }
    },
  })
