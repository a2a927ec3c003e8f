import { Type } from 'typebox'
import { HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import type { Database } from '#lib/postgres'
import { Id } from '#lib/schema'
import { isStarted } from '../flow/flow-store.ts'

/** `HEAD /hook/:flowId`: whether the flow takes anything in; starts no run. Senders ask it before they send. */
export const headWebhook = ({ db }: { db: Database }, { suffix }: { suffix: boolean }) =>
  route({
    method: 'HEAD',
    path: suffix ? '/hook/:flowId/*' : '/hook/:flowId',
    summary: 'Ask whether a flow takes anything in',
    permission: 'public',
    params: suffix ? Type.Object({ flowId: Id, '*': Type.String() }) : Type.Object({ flowId: Id }),
    response: { 200: null },
    errors: ['not-found'],
    async handle({ params }) {
      const started = await db.transaction('everything', (tx) => isStarted(tx, params.flowId))
      if (!started) throw new HubError('not-found', 'No active flow found')
      return { status: 200 }
    },
  })
