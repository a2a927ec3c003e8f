import { type Static, Type } from 'typebox'
import { Id, Moment } from '#lib/schema'
import { StatusSchema, TenantName } from '../documents.ts'
import { roleBody } from '../role/role-body.ts'
import { userBody } from '../user/user-body.ts'

/** Most users of one file: what an import does, it does in one transaction. */
export const MOST_USERS = 20_000

const closed = { additionalProperties: false }

const FileRole = Type.Object(
  { id: Id, name: roleBody.name, description: roleBody.description, permissions: roleBody.permissions },
  closed,
)

const FileUser = Type.Object(
  {
    id: Id,
    username: userBody.username,
    firstname: Type.Optional(userBody.firstname),
    lastname: Type.Optional(userBody.lastname),
    status: StatusSchema,
    confirmed: Type.Boolean(),
    createdAt: Moment,
    passwordHash: Type.Optional(
      Type.String({ maxLength: 512, description: 'An Argon2id PHC string; without it the user cannot log in' }),
    ),
    roles: { ...userBody.roles, description: 'Of the file, or of the hub' },
    permissions: { ...userBody.permissions, description: 'Given directly, within the tenant' },
  },
  closed,
)

/**
 * A tenant as a file: what the tenant is, its own roles, its people, and what they may do there. In one order, so that two files of the
 * same tenant are equal. No tokens, no keys, and nothing of what people may do elsewhere.
 */
export const TenantFile = Type.Object(
  {
    format: Type.Literal('open-integration-hub/tenant'),
    version: Type.Literal(1),
    tenant: Type.Object(
      { id: Id, name: TenantName, status: StatusSchema, confirmed: Type.Boolean(), createdAt: Moment },
      closed,
    ),
    roles: Type.Array(FileRole, { maxItems: 1_000 }),
    users: Type.Array(FileUser, { maxItems: MOST_USERS }),
  },
  closed,
)
/** Its content. */
export type TenantFile = Static<typeof TenantFile>
