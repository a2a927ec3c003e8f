import type { Owner, SecretType } from './api/secret-queries.ts'
import { type Actor, allOf, type Leave, no, within, yes } from './leave.ts'

interface Secret {
  readonly tenant: string
  readonly type: SecretType
  readonly owners: readonly Owner[]
}

/** The entry by which somebody owns a secret: the own one, else that of the tenant. This is the one that a deletion takes. */
export function ownershipOf(me: Actor, { owners }: Pick<Secret, 'owners'>): Owner | undefined {
  const own = owners.find(({ id, type }) => type === 'USER' && id === me.id)
  return own ?? owners.find(({ id, type }) => type === 'TENANT' && id === me.tenant)
}

/** Whether all users of its tenant own a secret. */
export function isShared({ owners }: Pick<Secret, 'owners'>): boolean {
  return owners.some(({ type }) => type === 'TENANT')
}

/** The types whose values people type; those of the others come from a provider. */
export type TypedSecret = 'SIMPLE' | 'MIXED' | 'API_KEY'

/** Whether people type the values of such secrets. */
export function isTyped(type: SecretType): type is TypedSecret {
  return ['SIMPLE', 'MIXED', 'API_KEY'].includes(type)
}

/** The one table of what somebody who is signed in may do with a secret that is shown: its owners and administrators of the hub see it. */
export const secretCan = {
  create: (me: Actor): Leave => (me.tenant ? yes : no('You act in no tenant')),
  /** Administrators of the hub handle all secrets, but read only what is their own. */
  read: (me: Actor, secret: Secret): Leave =>
    allOf(ownershipOf(me, secret) ? yes : no('Only its owners may'), within(me, 'secrets.secret.readRaw')),
  replace: ({ type }: Secret): Leave =>
    isTyped(type) ? yes : no('Its value comes from a provider: connect anew for another one'),
  share: (secret: Secret): Leave => (isShared(secret) ? no('The tenant owns it already') : yes),
  takeOwner: ({ owners }: Secret): Leave =>
    owners.length > 1 ? yes : no('It is the last owner: delete the secret instead'),
  seeReadings: (me: Actor): Leave => within(me, 'logs.read'),
}
