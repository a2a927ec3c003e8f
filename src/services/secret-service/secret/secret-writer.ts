import type { Tx } from '#lib/postgres'
import type { SecretParts } from '../deps.ts'
import type { Secret, SplitValue } from './secret.ts'
import { findSecretByExternalId, insertSecret, insertValue, retireValue, updateSecret } from './secret-store.ts'

type Parts = Pick<SecretParts, 'vault' | 'clock'>

/** Stores a new secret with its value, sealed. */
export async function writeSecret(parts: Parts, tx: Tx, secret: Secret, value: SplitValue): Promise<void> {
  await insertSecret(tx, secret)
  await writeValue(parts, tx, secret, value)
}

/**
 * Stores the next version of a secret's value, sealed, and the secret with it; the former one is good until `keepUntil`, or gone where that is
 * undefined. `secret` is the locked secret with its other fields as they are to be; resolves to it with its new version.
 */
export async function writeNextValue(
  parts: Parts,
  tx: Tx,
  secret: Secret,
  value: SplitValue,
  keepUntil?: Date,
): Promise<Secret> {
  const next = { ...secret, version: secret.version + 1 }
  await retireValue(tx, secret.id, keepUntil)
  await updateSecret(tx, next)
  await writeValue(parts, tx, next, value)
  return next
}

async function writeValue({ vault, clock }: Parts, tx: Tx, secret: Secret, value: SplitValue): Promise<void> {
  const { id, tenantId, version } = secret
  const sealed = await vault.seal(tx, { kind: 'secret', tenantId, id, version }, value.secret)
  await insertValue(tx, secret, { ...sealed, version, plain: value.plain, createdAt: clock(), validUntil: undefined })
}

/**
 * The secret of a tenant that was obtained through the client for somebody the provider knows, locked; where there is none, nobody else makes one
 * before this transaction ends.
 */
export async function lockSecretByExternalId(
  tx: Tx,
  place: { readonly tenantId: string; readonly authClientId: string; readonly externalId: string },
): Promise<Secret | undefined> {
  const { tenantId, authClientId, externalId } = place
  // Two at once would both find none.
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `secret ${tenantId} ${authClientId} ${externalId}`,
  ])
  return findSecretByExternalId(tx, place)
}
