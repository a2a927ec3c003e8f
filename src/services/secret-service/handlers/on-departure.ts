import type { Payloads } from '#catalogue'
import type { AnyEvent, HandlerContext } from '#event-bus'
import { authClientOwnership } from '../auth-client/ownership.ts'
import type { SecretParts } from '../deps.ts'
import { deleteFlowsOf } from '../oauth/auth-flow.ts'
import { secretOwnership } from '../secret/ownership.ts'
import { deleteDataKeys } from '../vault/data-keys.ts'

/** A tenant goes, or a user does, wholly or from one tenant. */
export const departureNames = ['iam.tenant.deleted', 'iam.user.deleted', 'iam.user.removedFromTenant'] as const

type DepartureEvent = Extract<AnyEvent<Payloads>, { name: (typeof departureNames)[number] }>

/**
 * With a tenant all that it keeps here goes, and the keys that sealed it: no backup of the rows opens without them. A user who goes owns nothing
 * any more, and what nobody else owns goes too.
 */
export const onDeparture = (parts: Pick<SecretParts, 'bus' | 'clock'>) => {
  const kinds = [secretOwnership(parts), authClientOwnership(parts)]
  return async (event: DepartureEvent, { tx }: HandlerContext): Promise<void> => {
    const { id, user } = event.payload
    const by = user === undefined ? undefined : { id: user }
    if (event.name === 'iam.tenant.deleted') {
      for (const { removeBatch } of kinds) while (await removeBatch(tx, id, by));
      await deleteFlowsOf(tx, { tenantId: id })
      await deleteDataKeys(tx, id)
      return
    }
    const tenantId = event.name === 'iam.user.removedFromTenant' ? event.payload.tenantId : undefined
    await deleteFlowsOf(tx, { tenantId, userId: id })
    for (const { disownBatch } of kinds) while (await disownBatch(tx, { id, type: 'USER' }, { tenantId, by }));
  }
}
