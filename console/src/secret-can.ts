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

/** Whether all users of its tenant own a thing. */
export function isShared({ owners }: Owned): boolean {
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

/** Whoever changes an auth client says where the tokens of all go who connect through it: that is for owners in person. */
const inPerson = (me: Actor, client: Owned): Leave =>
  me.permissions.includes('all') || ownershipOf(me, client)?.type === 'USER' ? yes : no('Only its owners in person may')

/** The same for an auth client that is shown. */
export const authClientCan = {
  create: secretCan.create,
  /** By OAuth 1 and by a session one connects by the API alone. */
  connect: (me: Actor, client: Owned & { readonly type: string }): Leave =>
    allOf(
      client.type.startsWith('OA2_') ? yes : no('Secrets of this type are made by the API'),
      ownershipOf(me, client) ? yes : no('Only its owners may'),
    ),
  change: inPerson,
  delete: inPerson,
}
