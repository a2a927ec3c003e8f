import { type Static, Type } from 'typebox'
import { route } from '#lib/http/route'
import { can } from '#lib/principal'
import { Id } from '#lib/schema'
import { scopeOf } from '#lib/scope'
import { asSystem } from '../../as-system.ts'
import { found, type IamParts } from '../../deps.ts'
import { IdParams } from '../../documents.ts'
import { type ExplainedPermission, explainPermissions, reasonText } from '../../permission/explanation.ts'
import { catalogueOf } from '../../permission/permission-store.ts'
import { permissions } from '../../permissions.ts'
import { scopeOfTenant } from '../../tenant/tenant-scope.ts'
import { findTenantById } from '../../tenant/tenant-store.ts'
import type { User } from '../../user/user.ts'
import { findUserById } from '../../user/user-store.ts'

const Explained = Type.Object(
  {
    name: Type.String(),
    description: Type.String(),
    allowed: Type.Boolean(),
    reasons: Type.Array(
      Type.Object(
        {
          through: Type.Enum(['role', 'account', 'membership', 'token']),
          role: Type.Optional(Type.Object({ id: Id, name: Type.String() })),
          tenant: Type.Optional(Type.String({ format: 'uuid', description: 'Absent = everywhere' })),
          by: Type.String({ description: 'The permission that is given: this one, "tenant.all" or "all"' }),
          text: Type.String({ description: 'The reason in words' }),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)

const Answer = Type.Object(
  {
    data: Type.Array(Explained),
    tenant: Type.Optional(Type.String({ format: 'uuid', description: 'The tenant in which this holds' })),
    suspended: Type.Optional(Type.String({ description: 'Why nothing of it is in force at the moment' })),
  },
  { additionalProperties: false },
)

const query = {
  permission: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'This one alone, also if it is not allowed' }),
  ),
}
const Query = Type.Object({ ...query, tenant: Type.Optional(Id) }, { additionalProperties: false })

type Parts = Pick<IamParts, 'db' | 'catalogue'>

/** `GET /users/:id/permissions`: why may somebody do something. */
export const getUserPermissions = ({ db, catalogue }: Parts) =>
  route({
    method: 'GET',
    path: '/api/v1/users/:id/permissions',
    summary: 'See what a user may do in a tenant, and why',
    permission: permissions.memberRead,
    params: IdParams,
    query: Query,
    response: { 200: Answer },
    errors: ['not-found'],
    async handle({ params, query: { permission, tenant }, principal }) {
      const scope = tenant === undefined ? scopeOf(principal) : scopeOfTenant(principal, tenant)
      return db.transaction(scope, async (tx) => {
        const user = found(await findUserById(tx, params.id), 'user')
        const known = await catalogueOf(tx, catalogue)
        const home = user.tenantId === undefined ? undefined : await findTenantById(tx, user.tenantId)
        const explained = choose(explainPermissions(user, known), permission, () => true)
        return { status: 200, body: answer(user, explained, home?.status) }
      })
    },
  })

/** `GET /users/me/permissions`: of the token's account, as far as the token allows it. */
export const getMyPermissions = ({ db, catalogue }: Parts) =>
  route({
    method: 'GET',
    path: '/api/v1/users/me/permissions',
    summary: 'See what you may do by this token, and why',
    permission: 'signed-in',
    query: Type.Object(query, { additionalProperties: false }),
    response: { 200: Answer },
    errors: ['not-found'],
    async handle({ query: { permission }, principal }) {
      const work = async (tx: Parameters<typeof findUserById>[0]) => {
        const user = found(await findUserById(tx, principal.id), 'user')
        const explained = explainPermissions(user, await catalogueOf(tx, catalogue), principal.permissions)
        const allowed = (each: ExplainedPermission) => can(principal, each)
        return { status: 200 as const, body: answer(user, choose(explained, permission, allowed), 'ACTIVE') }
      }
      // An account without a tenant sees itself too.
      return principal.tenant === undefined ? asSystem(db, work) : db.transaction({ tenant: principal.tenant }, work)
    },
  })

type Chosen = readonly (ExplainedPermission & { readonly allowed: boolean })[]

function choose(
  all: readonly ExplainedPermission[],
  wanted: string | undefined,
  isAllowed: (each: ExplainedPermission) => boolean,
): Chosen {
  const judged = all.map((each) => ({ ...each, allowed: each.reasons.length > 0 && isAllowed(each) }))
  if (wanted === undefined) return judged.filter(({ allowed }) => allowed)
  return [
    found(
      judged.find(({ name }) => name === wanted),
      'permission',
      'permission',
    ),
  ]
}

function answer(user: User, chosen: Chosen, tenantStatus: string | undefined): Static<typeof Answer> {
  const { tenantId, status } = user
  const suspended =
    status !== 'ACTIVE'
      ? `The user is ${status}`
      : tenantStatus !== undefined && tenantStatus !== 'ACTIVE'
        ? `The tenant is ${tenantStatus}`
        : undefined
  return {
    data: chosen.map(({ name, description, allowed, reasons }) => ({
      name,
      description,
      allowed,
      reasons: reasons.map((reason) => ({ ...reason, text: reasonText(reason, name) })),
    })),
    ...(tenantId === undefined ? {} : { tenant: tenantId }),
    ...(suspended === undefined ? {} : { suspended }),
  }
}
