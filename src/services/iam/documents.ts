import { type Static, type TSchema, Type } from 'typebox'
import { CursorMeta, cursorQuery, type Listed, nextLink, pagingQuery } from '#lib/paging'
import { Id, Moment } from '#lib/schema'
import type { KeptPermission } from './permission/permission-store.ts'
import type { Role } from './role/role.ts'
import { statuses, type Tenant } from './tenant/tenant.ts'
import type { TokenAccount } from './token/principal-store.ts'
import { tokenTypes } from './token/token.ts'
import type { User } from './user/user.ts'

// How things look to callers: the fields of the existing hub, `_id` beside `id`, none of them secret.

/** What a login takes. Other fields, such as the `remember-me` of existing clients, mean nothing here. */
export const Credentials = Type.Object({
  username: Type.String({ minLength: 1, maxLength: 1024 }),
  password: Type.String({ minLength: 1, maxLength: 1024 }),
})

/** Path parameters of a route for one thing. */
export const IdParams = Type.Object({ id: Id })
/** Answer to the creation of a thing. */
export const Created = Type.Object({ id: Id })
/** Status of a user or a tenant. */
export const StatusSchema = Type.Enum([...statuses])

/** A role as callers receive it. */
export const RoleDocument = Type.Object(
  {
    _id: Id,
    id: Id,
    name: Type.String(),
    description: Type.String(),
    type: Type.Enum(['SYSTEM', 'TENANT']),
    isGlobal: Type.Boolean({ description: 'Whether it is a role of the hub' }),
    permissions: Type.Array(Type.String()),
    tenant: Type.Optional(Id),
  },
  { additionalProperties: false },
)

/** Writes a role for callers. */
export function roleDocument({ id, tenantId, name, description, permissions }: Role): Static<typeof RoleDocument> {
  const isGlobal = tenantId === undefined
  return {
    _id: id,
    id,
    name,
    description,
    type: isGlobal ? 'SYSTEM' : 'TENANT',
    isGlobal,
    permissions: [...permissions],
    ...(isGlobal ? {} : { tenant: tenantId }),
  }
}

/** The name of a tenant as callers write it. */
export const TenantName = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' })

/** A tenant as callers receive it. */
export const TenantDocument = Type.Object(
  {
    _id: Id,
    id: Id,
    name: Type.String(),
    status: StatusSchema,
    confirmed: Type.Boolean(),
    createdAt: Moment,
    updatedAt: Moment,
  },
  { additionalProperties: false },
)

/** Writes a tenant for callers. */
export function tenantDocument(tenant: Tenant): Static<typeof TenantDocument> {
  const { id, name, status, confirmed, createdAt, changedAt } = tenant
  return {
    _id: id,
    id,
    name,
    status,
    confirmed,
    createdAt: createdAt.toISOString(),
    updatedAt: changedAt.toISOString(),
  }
}

/** A permission as callers receive it. */
export const PermissionDocument = Type.Object(
  {
    _id: Id,
    id: Id,
    name: Type.String(),
    description: Type.String(),
    restricted: Type.Boolean({ description: 'Whether only administrators of the hub may give it' }),
    registered: Type.Boolean({ description: 'Whether a service of the hub checks it' }),
  },
  { additionalProperties: false },
)

/** Writes a permission for callers. */
export function permissionDocument(permission: KeptPermission): Static<typeof PermissionDocument> {
  const { id, name, description, scope, registered } = permission
  return { _id: id, id, name, description, restricted: scope === 'platform', registered }
}

const userFields = {
  _id: Id,
  id: Id,
  kind: Type.Enum(['user', 'service']),
  username: Type.String(),
  firstname: Type.Optional(Type.String()),
  lastname: Type.Optional(Type.String()),
  status: StatusSchema,
  confirmed: Type.Boolean(),
  tenant: Type.Optional(Id),
  roles: Type.Array(RoleDocument),
  permissions: Type.Array(Type.String()),
  createdAt: Moment,
  updatedAt: Moment,
}

/** `permissions` are those given directly. */
export const UserDocument = Type.Object(userFields, { additionalProperties: false })

/** Writes a user for callers. */
export function userDocument(user: User): Static<typeof UserDocument> {
  const { id, kind, username, firstname, lastname, status, confirmed, tenantId } = user
  return {
    _id: id,
    id,
    kind,
    username,
    ...(firstname === undefined ? {} : { firstname }),
    ...(lastname === undefined ? {} : { lastname }),
    status,
    confirmed,
    ...(tenantId === undefined ? {} : { tenant: tenantId }),
    roles: user.roles.map(roleDocument),
    permissions: [...user.permissions],
    createdAt: user.createdAt.toISOString(),
    updatedAt: user.changedAt.toISOString(),
  }
}

/** The account of a token: `permissions` are all that the token allows, `tenant` is the one it acts in. */
export const AccountDocument = Type.Object(
  {
    ...userFields,
    isAdmin: Type.Boolean({ description: 'Whether it may do everything' }),
    tokenId: Id,
    tokenType: Type.Enum([...tokenTypes]),
    tokenExpiresAt: Type.Optional(Moment),
    flowId: Type.Optional(Type.String({ format: 'uuid', description: 'The flow whose runs act by the token' })),
    secretIds: Type.Optional(Type.Array(Id, { description: 'The secrets that these runs may read' })),
  },
  { additionalProperties: false },
)

/** Writes the account of a token for callers. */
export function accountDocument({ user, token }: TokenAccount): Static<typeof AccountDocument> {
  return {
    ...userDocument(user),
    isAdmin: user.permissions.includes('all'),
    tokenId: token.id,
    tokenType: token.type,
    ...(token.expiresAt === undefined ? {} : { tokenExpiresAt: token.expiresAt.toISOString() }),
    ...(token.flowId === undefined ? {} : { flowId: token.flowId }),
    ...(token.secretIds.length > 0 && { secretIds: [...token.secretIds] }),
  }
}

/** What every list takes. */
export const listQuery = {
  ...pagingQuery,
  meta: Type.Optional(Type.Boolean({ default: false, description: 'Answer with `data` and `meta`, not a bare list' })),
}

/** What lists take that can be searched and read on by cursor. */
export const searchableListQuery = {
  ...listQuery,
  ...cursorQuery,
  search: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'Part of a name, in whichever case' }),
  ),
}

/** A list of such things: bare, or with `?meta=true` as the data of a page. */
export const ListOf = <S extends TSchema>(item: S) =>
  Type.Union([Type.Array(item), Type.Object({ data: Type.Array(item), meta: CursorMeta })])

/** The list as the query wants it. */
export function listBody<D>(query: { readonly meta?: boolean }, items: D[], meta: Static<typeof CursorMeta>) {
  return query.meta ? { data: items, meta } : items
}

/** Answers with a list of which there may be more: as the query wants it, with the address of the next page in a header. */
export function listAnswer<T, D>(
  { query, url }: { readonly query: { readonly meta?: boolean }; readonly url: string },
  { items, meta }: Listed<T>,
  write: (item: T) => D,
) {
  return { status: 200, body: listBody(query, items.map(write), meta), headers: nextLink(url, meta.next) } as const
}
