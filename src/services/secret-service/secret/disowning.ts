import type { Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import { eventFields, type SecretParts } from '../deps.ts'
import { isSameOwner, type Owner } from '../owners.ts'
import type { Secret } from './secret.ts'
import { deleteSecretById, deleteSecretsOf, findSecretsOwnedBy, updateSecret } from './secret-store.ts'

type Parts = Pick<SecretParts, 'bus' | 'clock'>
type By = Pick<Principal, 'id'> | undefined

/** Secrets in one go: few enough to be over soon. */
const BATCH = 200

/** Takes an owner from a secret that is locked: it stays with its others, or goes with its last one. */
export async function disownSecret({ bus, clock }: Parts, tx: Tx, secret: Secret, owner: Owner, by: By): Promise<void> {
  const owners = secret.owners.filter((each) => !isSameOwner(each, owner))
  if (owners.length === 0) return removeSecret({ bus }, tx, secret, by)
  await updateSecret(tx, { ...secret, owners, updatedAt: clock() })
  const payload = { ...eventFields(secret, by), ownerId: owner.id, ownerType: owner.type }
  await bus.publish(tx, { name: 'secret-service.secret.ownerRemoved', payload })
}

/** Takes an owner from up to 200 secrets, of one tenant or of all that the transaction sees; false when none is left. */
export async function disownSecrets(
  parts: Parts,
  tx: Tx,
  owner: Owner,
  { tenantId, by }: { readonly tenantId?: string | undefined; readonly by: By },
): Promise<boolean> {
  const secrets = await findSecretsOwnedBy(tx, owner, tenantId, BATCH)
  for (const secret of secrets) await disownSecret(parts, tx, secret, owner, by)
  return secrets.length === BATCH
}

/** Removes up to 200 secrets of a tenant; false when none is left. */
export async function removeSecretsOf({ bus }: Pick<Parts, 'bus'>, tx: Tx, tenantId: string, by: By): Promise<boolean> {
  const secrets = await deleteSecretsOf(tx, tenantId, BATCH)
  await bus.publishAll(
    tx,
    secrets.map((secret) => deletionOf(secret, by)),
  )
  return secrets.length === BATCH
}

/** Removes a secret that is locked, whoever owns it. */
export async function removeSecret({ bus }: Pick<Parts, 'bus'>, tx: Tx, secret: Secret, by: By): Promise<void> {
  await deleteSecretById(tx, secret.id)
  await bus.publish(tx, deletionOf(secret, by))
}

function deletionOf(secret: Secret, by: By) {
  const { name, type } = secret
  return { name: 'secret-service.secret.deleted' as const, payload: { ...eventFields(secret, by), name, type } }
}
