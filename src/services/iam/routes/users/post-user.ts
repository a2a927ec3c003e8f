import { type Static, Type } from 'typebox'
import { route } from '#lib/http/route'
import { newId } from '#lib/id'
import type { Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import { scopeOf } from '#lib/scope'
import { actingNow } from '../../acting.ts'
import { actor, found, type IamParts } from '../../deps.ts'
import { Created } from '../../documents.ts'
import { checkPassword } from '../../login/password-policy.ts'
import { checkGrant, defaultRoles, tenantToCreateIn } from '../../permission/grant.ts'
import { catalogueOf } from '../../permission/permission-store.ts'
import { everywhereOf, permissions } from '../../permissions.ts'
import { USER_ROLE } from '../../role/role.ts'
import { findRolesById } from '../../role/role-store.ts'
import { findTenantById } from '../../tenant/tenant-store.ts'
import type { NewUser } from '../../user/user.ts'
import { userBody } from '../../user/user-body.ts'
import { taken } from '../../user/user-modification.ts'
import { insertUser } from '../../user/user-store.ts'
import { checkedUsername } from '../../user/username.ts'

const { username, password, firstname, lastname, status, tenant, roles, permissions: given } = userBody
const Body = Type.Object(
  {
    username,
    password,
    firstname: Type.Optional(firstname),
    lastname: Type.Optional(lastname),
    status: Type.Optional(status),
    tenant: Type.Optional(tenant),
    roles: Type.Optional({ ...roles, description: 'Default: that of a plain user, if you may give it' }),
    permissions: Type.Optional(given),
  },
  { additionalProperties: false },
)
type Body = Static<typeof Body>

/** `POST /users`: nobody gives more than `grant.ts` allows. */
export const postUser = (parts: IamParts) =>
  route({
    method: 'POST',
    path: '/api/v1/users',
    summary: 'Create a user',
    permission: permissions.memberCreate,
    body: Body,
    response: { 200: Created },
    errors: ['forbidden', 'not-found', 'conflict'],
    async handle({ body, principal }) {
      const { db, bus, passwords } = parts
      const username = checkedUsername(body.username)
      const scope = scopeOf(principal)
      // Once before the hash, which is work, and again with it: what is given must be right at the moment it is given.
      const { tenants } = await db.transaction(scope, (tx) => granted(parts, tx, principal, body))
      await checkPassword(body.password, { username, tenants })
      const passwordHash = await passwords.hash(body.password)
      const user = await db.transaction(scope, async (tx) => {
        const current = await actingNow(parts, tx, principal, permissions.memberCreate)
        const user = {
          ...newUser(body, username, parts.clock()),
          passwordHash,
          ...(await granted(parts, tx, current, body)).rights,
        }
        if (!(await insertUser(tx, user))) throw taken()
        await bus.publishAll(tx, eventsOf(user, principal))
        return user
      })
      return { status: 200, body: { id: user.id } }
    },
  })

interface Granted {
  readonly rights: Pick<NewUser, 'membership' | 'roles' | 'permissions' | 'everywhere'>
  /** Names of the tenants that the user is in. */
  readonly tenants: readonly string[]
}

/** What the user gets; throws when the principal must not give it. */
async function granted(
  { catalogue: registered }: Pick<IamParts, 'catalogue'>,
  tx: Tx,
  principal: Principal,
  body: Body,
): Promise<Granted> {
  const tenantId = tenantToCreateIn(principal, body.tenant)
  const tenant = tenantId && found(await findTenantById(tx, tenantId), 'tenant', 'tenant')
  const roleIds = body.roles ?? []
  const roles = await findRolesById(tx, body.roles ?? [USER_ROLE])
  const asked = body.permissions ?? []
  const catalogue = await catalogueOf(tx, registered)
  checkGrant(principal, catalogue, { tenantId, roleIds, roles, permissions: asked })
  const rights = {
    membership: tenantId === undefined ? undefined : { tenantId },
    roles: body.roles ? roles : defaultRoles(principal, catalogue, tenantId, roles[0]),
    permissions: asked,
    everywhere: everywhereOf(catalogue, asked, tenantId),
  }
  return { rights, tenants: tenant ? [tenant.name] : [] }
}

function newUser({ firstname, lastname, status = 'ACTIVE' }: Body, username: string, createdAt: Date) {
  return { id: newId(), kind: 'user', username, firstname, lastname, status, confirmed: false, createdAt } as const
}

function eventsOf(user: NewUser, principal: Principal) {
  const { id, username, firstname, lastname, status, membership } = user
  const roles = user.roles.map((role) => role.id)
  const payload = {
    ...actor(principal),
    id,
    username,
    ...(firstname === undefined ? {} : { firstname }),
    ...(lastname === undefined ? {} : { lastname }),
    status,
    ...membership,
    roles,
    permissions: [...user.permissions],
  }
  const created = { name: 'iam.user.created', payload } as const
  if (membership === undefined) return [created]
  const { tenantId } = membership
  return [
    created,
    { name: 'iam.user.assignedToTenant', payload: { ...actor(principal), id, tenantId, roles } } as const,
  ]
}
