import type { Database, Tx } from '#lib/postgres'
import { findAuthClientById } from '../auth-client/auth-client-store.ts'
import { openAuthClient } from '../auth-client/auth-client-vault.ts'
import { eventFields, found, type SecretParts } from '../deps.ts'
import { ProviderFailure } from '../oauth/provider-failure.ts'
import { tokenOriginOf } from '../oauth/token-origin.ts'
import { type Secret, splitValue, withValue } from '../secret/secret.ts'
import { findSecretById, findValues } from '../secret/secret-store.ts'
import { writeNextValue } from '../secret/secret-writer.ts'
import { warnMs } from '../secret/warning.ts'
import { endLease, postponeRefresh, storeFailure } from './lease.ts'
import type { Means, NextValue } from './next-value.ts'
import { pauseMs } from './pace.ts'

type Parts = Pick<SecretParts, 'db' | 'bus' | 'clock' | 'vault' | 'config'>

/** What the next value is obtained by. Throws a `ProviderFailure` where the auth client is gone, or asks another server than the value is for. */
export async function readMeans({ db, vault, clock }: Parts, { id, tenantId }: Secret): Promise<Means> {
  return db.transaction({ tenant: tenantId }, async (tx) => {
    const secret = found(await findSecretById(tx, id), 'secret')
    const [stored] = await findValues(tx, id, clock())
    const client = secret.authClientId === undefined ? undefined : await findAuthClientById(tx, secret.authClientId)
    if (client?.tenantId !== tenantId || client.type !== secret.type)
      throw new ProviderFailure('The auth client it was obtained through is gone', { isFinal: true })
    const place = { kind: 'secret' as const, tenantId, id, version: stored?.version ?? secret.version }
    const opened = stored === undefined ? {} : await vault.open(tx, place, stored)
    const fields = await openAuthClient({ vault }, tx, client)
    // By the client's own credentials a service sends nothing that another server has given.
    if (secret.type !== 'OA2_CLIENT_CREDENTIALS' && secret.tokenOrigin !== tokenOriginOf(fields))
      throw new ProviderFailure('The auth client asks another server now: connect anew', { isFinal: true })
    return { secret, value: { ...stored?.plain, ...opened }, client: fields }
  })
}

/** Stores what the provider gave, unless another lease has come after this one, or another value. */
export async function storeNextValue(
  parts: Parts,
  { id, tenantId, version }: Secret,
  fence: number,
  { value, expiresAt }: NextValue,
): Promise<void> {
  await parts.db.transaction({ tenant: tenantId }, async (tx) => {
    const secret = await lockLeased(tx, { id, version }, fence)
    if (secret === undefined) return
    const split = splitValue(secret.type, value)
    const valued = withValue(secret, split, expiresAt, { now: parts.clock(), warnMs: warnMs(parts.config) })
    const next = await writeNextValue(parts, tx, valued, split)
    const payload = { ...eventFields(next, undefined), type: next.type, changed: ['value'] }
    await parts.bus.publish(tx, { name: 'secret-service.secret.modified', payload })
  })
}

/**
 * Stores why the provider gave nothing, and tells of the first failure in a row and of any other reason than before; false where the result
 * comes too late to matter.
 */
export async function storeRefusal(
  parts: Parts,
  { id, tenantId, version }: Secret,
  fence: number,
  { message, isFinal, retryAfterMs }: ProviderFailure,
): Promise<boolean> {
  return parts.db.transaction({ tenant: tenantId }, async (tx) => {
    const secret = await lockLeased(tx, { id, version }, fence)
    if (secret === undefined) return false
    const now = parts.clock()
    const failures = await storeFailure(tx, secret, { message, at: now.toISOString(), isFinal })
    const nextAt = new Date(now.getTime() + pauseMs({ failures, isFinal, retryAfterMs }, Math.random))
    await postponeRefresh(tx, secret, nextAt)
    if (failures > 1 && secret.currentError?.message === message) return true
    const { type, authClientId } = secret
    const payload = {
      ...{ ...eventFields(secret, undefined), type, reason: message },
      ...(authClientId !== undefined && { authClientId }),
      ...(isFinal ? {} : { nextAttemptAt: nextAt.toISOString() }),
    }
    await parts.bus.publish(tx, { name: 'secret-service.secret.refreshFailed', payload })
    return true
  })
}

/** Gives a lease back with which nothing was done. */
export async function releaseLease(
  db: Database,
  secret: Pick<Secret, 'id' | 'tenantId'>,
  fence: number,
): Promise<void> {
  await db.transaction({ tenant: secret.tenantId }, (tx) => endLease(tx, secret, fence))
}

/** The locked secret with its lease ended; undefined where that is over, or the value another. */
async function lockLeased(
  tx: Tx,
  { id, version }: Pick<Secret, 'id' | 'version'>,
  fence: number,
): Promise<Secret | undefined> {
  const secret = await findSecretById(tx, id, true)
  if (secret === undefined) return undefined
  // Also where another value has come meanwhile: nobody asks any more.
  const isLast = await endLease(tx, secret, fence)
  return isLast && secret.version === version ? secret : undefined
}
