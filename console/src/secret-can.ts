import type { Owner, SecretType } from './api/secret-queries.ts'
import { type Actor, allOf, type Leave, no, within, yes } from './leave.ts'

/** What has owners. */
interface Owned {
  readonly owners: readonly Owner[]
}

interface Secret extends Owned {
  readonly tenant: string
  readonly type: SecretType
}

/** The entry by which somebody owns a thing: the own one, else that of the tenant. This is the one that a deletion takes. */
export function ownershipOf(me: Actor, { owners }: Owned): Owner | undefined {
  const own = owners.find(({ id, type }) => type === 'USER' && id === me.id)
  return own ?? owners.find(({ id, type }) => type === 'TENANT' && id === me.tenant)
}

/** Whether somebody owns a thing in person, and not only as one of the tenant. */
export function ownsInPerson(me: Actor, { owners }: Owned): boolean {
  return owners.some(({ id, type }) => type === 'USER' && id === me.id)
}

/**
 * Whether somebody may change a thing: who does so says where its values go, and that is not for everybody with whom it is shared. Where the
 * tenant alone owns it, who has the permission to see them in clear may.
 */
export function mayChange(me: Actor, thing: Owned, permission: string): Leave {
  if (ownsInPerson(me, thing) || me.permissions.includes('all')) return yes
  const isOwned = thing.owners.some(({ type }) => type === 'USER')
  if (isOwned || ownershipOf(me, thing) === undefined) return no('Only who owns it in person may')
  return within(me, permission)
}

/** Whether all users of its tenant own a thing. */
export function isShared({ owners }: Owned): boolean {
  return owners.some(({ type }) => type === 'TENANT')
}

/** The types whose values people type, or by which the hub signs in at a provider; those of the others come from somebody's consent there. */
export type TypedSecret = 'SIMPLE' | 'MIXED' | 'API_KEY' | 'OA2_CLIENT_CREDENTIALS' | 'SESSION_AUTH'

/** Whether a form states the values of such secrets. */
export function isTyped(type: SecretType): type is TypedSecret {
  return ['SIMPLE', 'MIXED', 'API_KEY', 'OA2_CLIENT_CREDENTIALS', 'SESSION_AUTH'].includes(type)
}

/** The one table of what somebody who is signed in may do with a secret that is shown: its owners and administrators of the hub see it. */
export const secretCan = {
  create: (me: Actor): Leave => (me.tenant ? yes : no('You act in no tenant')),
  /** Administrators of the hub handle all secrets, but read only what is their own. */
  read: (me: Actor, secret: Secret): Leave =>
    allOf(ownershipOf(me, secret) ? yes : no('Only its owners may'), within(me, 'secrets.secret.readRaw')),
  change: (me: Actor, secret: Secret): Leave => mayChange(me, secret, 'secrets.secret.readRaw'),
  replace: (me: Actor, secret: Secret): Leave =>
    allOf(isTyped(secret.type) ? yes : no('Its value comes from a provider'), secretCan.change(me, secret)),
  /** Where its provider is gone, the dialog says so. */
  connectAnew: ({ type }: Pick<Secret, 'type'>): Leave =>
    type === 'OA2_AUTHORIZATION_CODE' ? yes : no('It does not come from somebody’s consent'),
  share: (me: Actor, secret: Secret): Leave =>
    allOf(secretCan.change(me, secret), isShared(secret) ? no('The tenant owns it already') : yes),
  takeOwner: (me: Actor, secret: Secret): Leave =>
    allOf(
      secretCan.change(me, secret),
      secret.owners.length > 1 ? yes : no('It is the last owner: delete the secret instead'),
    ),
  seeReadings: (me: Actor): Leave => within(me, 'logs.read'),
}
