import type { Payloads } from '#catalogue'
import type { AnyEvent, HandlerContext } from '#event-bus'
import { deleteFlowsOf } from '../oauth/auth-flow.ts'

/** A user or a tenant may be shut out, and let in again. */
export const statusNames = ['iam.user.modified', 'iam.tenant.modified'] as const

type StatusEvent = Extract<AnyEvent<Payloads>, { name: (typeof statusNames)[number] }>

/** Whoever is shut out ends no authorization that was begun before. */
export async function onStatus({ name, payload }: StatusEvent, { tx }: HandlerContext): Promise<void> {
  const { id, after } = payload
  if (after?.status === undefined || after.status === 'ACTIVE') return
  await deleteFlowsOf(tx, name === 'iam.tenant.modified' ? { tenantId: id } : { userId: id })
}
