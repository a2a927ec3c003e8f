import { type Static, Type } from 'typebox'
import { HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import { newId } from '#lib/id'
import type { Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import { Id } from '#lib/schema'
import { scopeOf } from '#lib/scope'
import { actor, found, type IamParts } from '../deps.ts'
import { Created, StatusSchema } from '../documents.ts'
import { checkGrant, defaultRoles, tenantToCreateIn } from '../grant.ts'
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from '../password.ts'
import { permissions } from '../permissions.ts'
import { USER_ROLE } from '../role.ts'
import { findRolesById } from '../role-store.ts'
import { findTenantById } from '../tenant-store.ts'
import type { NewUser } from '../user.ts'
import { insertUser } from '../user-store.ts'
import { checkedUsername, LONGEST_USERNAME } from '../username.ts'

const Name = Type.String({ minLength: 1, maxLength: 200 })
const Body = Type.Object(
  {
    username: Type.String({ minLength: 1, maxLength: LONGEST_USERNAME }),
    password: Type.String({ minLength: SHORTEST_PASSWORD, maxLength: LONGEST_PASSWORD }),
    firstname: Type.Optional(Name),
    lastname: Type.Optional(Name),
    status: Type.Optional(StatusSchema),
    tenant: Type.Optional(Id),
    roles: Type.Optional(
      Type.Array(Id, {
        maxItems: 100,
        uniqueItems: true,
        description: 'Default: that of a plain user, if you may give it',
      }),
    ),
    permissions: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
        maxItems: 200,
        uniqueItems: true,
        description: 'Given directly: within the tenant, to a user without tenant everywhere',
      }),
    ),
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
      await db.transaction(scope, (tx) => granted(parts, tx, principal, body))
      const passwordHash = await passwords.hash(body.password)
      const user = await db.transaction(scope, async (tx) => {
        const user = {
          ...newUser(body, username, parts.clock()),
          passwordHash,
          ...(await granted(parts, tx, principal, body)),
        }
        if (!(await insertUser(tx, user))) throw taken()
        await bus.publishAll(tx, eventsOf(user, principal))
        return user
      })
      return { status: 200, body: { id: user.id } }
    },
  })

/** What the user gets; throws when the principal must not give it. */
async function granted(
  { catalogue }: Pick<IamParts, 'catalogue'>,
  tx: Tx,
  principal: Principal,
  body: Body,
): Promise<Pick<NewUser, 'membership' | 'roles' | 'permissions'>> {
  const tenantId = tenantToCreateIn(principal, body.tenant)
  if (tenantId !== undefined) found(await findTenantById(tx, tenantId), 'tenant', 'tenant')
  const roleIds = body.roles ?? []
  const roles = await findRolesById(tx, body.roles ?? [USER_ROLE])
  const given = body.permissions ?? []
  checkGrant(principal, catalogue, { tenantId, roleIds, roles, permissions: given })
  return {
    membership: tenantId === undefined ? undefined : { tenantId },
    roles: body.roles ? roles : defaultRoles(principal, catalogue, tenantId, roles[0]),
    permissions: given,
  }
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

function taken(): HubError {
  const message = 'Field "username" must be a name that no other user has'
  return new HubError('conflict', message, { faults: [{ field: 'username', message }] })
}
