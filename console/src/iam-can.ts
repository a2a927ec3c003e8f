import { type Actor, acrossHub, allOf, type Leave, no, within, yes } from './leave.ts'

interface Role {
  readonly id: string
  readonly isGlobal: boolean
}

interface MadeToken {
  readonly type: string
  readonly accountId: string
  readonly initiator?: string
  /** Those of its own. */
  readonly permissions: readonly string[]
}

const ofHub = (role: Role): Leave => (role.isGlobal ? no('It is a role of the hub, on which all tenants rely') : yes)
const isAdmin = ({ permissions }: Actor): boolean => permissions.includes('all')
const admin = (me: Actor): Leave => (isAdmin(me) ? yes : no('Only administrators of the hub may'))

/**
 * The one table of what somebody who is signed in may do with users, tenants, roles, tokens and applications, as far as their
 * permissions say. What else stands in the way only the hub knows, and says.
 */
export const iamCan = {
  seeUsers: (me: Actor): Leave => within(me, 'tenant.account.read'),
  createUser: (me: Actor): Leave =>
    isAdmin(me) || me.tenant ? within(me, 'tenant.account.create') : no('You act in no tenant'),
  changeUser: (me: Actor): Leave => within(me, 'tenant.account.update'),
  /** Disabled, one could not enable oneself again. */
  standUser: (me: Actor, user: { readonly id: string }): Leave =>
    allOf(within(me, 'tenant.account.update'), user.id === me.id ? no('This is you') : yes),
  deleteUser: (me: Actor, user: { readonly id: string }): Leave =>
    allOf(acrossHub(me, 'iam.account.delete'), user.id === me.id ? no('This is you') : yes),
  removeMember: (me: Actor): Leave => within(me, 'tenant.account.delete'),
  /** Anybody else would learn by trying who exists elsewhere. */
  takeIn: admin,
  seeTenants: (me: Actor): Leave => acrossHub(me, 'iam.tenant.read'),
  seeOwnTenant: (me: Actor): Leave => (me.tenant ? within(me, 'tenant.profile.read') : no('You act in no tenant')),
  /** For whom the list of all would be a list of one. */
  seeOwnTenantAlone: (me: Actor): Leave =>
    acrossHub(me, 'iam.tenant.read').may ? no('You see the list of all') : iamCan.seeOwnTenant(me),
  createTenant: (me: Actor): Leave => acrossHub(me, 'iam.tenant.create'),
  renameTenant: (me: Actor): Leave => within(me, 'tenant.profile.update'),
  /** It could shut out administrators who belong to it. */
  standTenant: admin,
  readKey: (me: Actor): Leave => acrossHub(me, 'iam.key.read'),
  setKey: (me: Actor): Leave => acrossHub(me, 'iam.key.create'),
  deleteKey: (me: Actor): Leave => acrossHub(me, 'iam.key.delete'),
  exportTenant: (me: Actor): Leave => acrossHub(me, 'iam.tenant.export'),
  importTenant: (me: Actor): Leave => acrossHub(me, 'iam.tenant.import'),
  deleteTenant: (me: Actor): Leave => acrossHub(me, 'iam.tenant.delete'),
  seeRoles: (me: Actor): Leave => within(me, 'tenant.roles.read'),
  createRole: (me: Actor): Leave => within(me, 'tenant.roles.create'),
  changeRole: (me: Actor, role: Role): Leave => allOf(ofHub(role), within(me, 'tenant.roles.update')),
  deleteRole: (me: Actor, role: Role): Leave => allOf(ofHub(role), within(me, 'tenant.roles.delete')),
  /** What somebody has already may stay. */
  giveRole: (me: Actor, role: Role, has: readonly Role[] = []): Leave =>
    !role.isGlobal || isAdmin(me) || has.some(({ id }) => id === role.id)
      ? yes
      : no('Only administrators of the hub give roles of the hub'),
  seeTokensOfOthers: (me: Actor): Leave => within(me, 'tenant.tokens.read'),
  revokeToken: (me: Actor, token: { readonly accountId: string; readonly isCurrent: boolean }): Leave => {
    if (token.isCurrent) return no('This is your present login: sign out to end it')
    return token.accountId === me.id || acrossHub(me, 'iam.token.delete').may ? yes : within(me, 'tenant.tokens.delete')
  },
  rotateToken: (me: Actor, { type, accountId, initiator, permissions }: MadeToken): Leave => {
    if (type === 'SELF' || type === 'DELEGATE') return no('Only tokens that were made are rotated')
    if (accountId !== me.id) {
      return initiator === me.id ? acrossHub(me, 'iam.token.create') : no('Only its owner and who made it rotate it')
    }
    // Whoever comes by an account does not come by what others let it do besides.
    return permissions.length === 0 || initiator === me.id ? yes : no('Somebody else gave it permissions of its own')
  },
  seeClients: (me: Actor): Leave => acrossHub(me, 'iam.client.read'),
  createClient: (me: Actor): Leave => acrossHub(me, 'iam.client.create'),
  changeClient: (me: Actor): Leave => acrossHub(me, 'iam.client.update'),
  renewSecret: (me: Actor, client: { readonly type: string }): Leave =>
    allOf(
      client.type === 'web' || client.type === 'service' ? yes : no('An application of this kind keeps no secret'),
      acrossHub(me, 'iam.client.update'),
    ),
  deleteClient: (me: Actor): Leave => acrossHub(me, 'iam.client.delete'),
}
