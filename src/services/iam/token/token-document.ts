import { type Static, Type } from 'typebox'
import type { Principal } from '#lib/principal'
import { Id, Moment } from '#lib/schema'
import { type IssuedToken, tokenTypes } from './token.ts'
import type { KeptToken } from './token-store.ts'

/** A token as callers receive it: the fields of the existing hub without the value. */
export const TokenDocument = Type.Object(
  {
    _id: Id,
    id: Id,
    accountId: Id,
    tenant: Type.Optional(Type.String({ format: 'uuid', description: 'The tenant it acts in' })),
    type: Type.Enum([...tokenTypes]),
    inquirer: Type.Optional(Type.String()),
    initiator: Type.Optional(Type.String({ format: 'uuid', description: 'Who made it' })),
    description: Type.Optional(Type.String()),
    flowId: Type.Optional(Id),
    secretIds: Type.Optional(Type.Array(Id, { description: 'The secrets that the runs of the flow may read by it' })),
    permissions: Type.Array(Type.String(), { description: 'Those of its own' }),
    scope: Type.Optional(
      Type.Array(Type.String(), { description: 'What it allows at most of what the account may do; absent = all' }),
    ),
    expireAt: Type.Optional(Moment),
    createdAt: Moment,
    lastUsedAt: Type.Optional(Type.String({ format: 'date-time', description: 'To about a minute' })),
    values: Type.Integer({ description: 'By how many values it is known, more than one while they overlap' }),
    isCurrent: Type.Boolean({ description: 'Whether it is the one of this request' }),
  },
  { additionalProperties: false },
)

/** Writes a token for a caller. */
export function tokenDocument(token: KeptToken, principal: Principal): Static<typeof TokenDocument> {
  const { id, tenantId, inquirer, description, scope, expiresAt, usedAt, madeBy, flowId, secretIds = [] } = token
  return {
    _id: id,
    id,
    accountId: token.userId,
    ...(tenantId === undefined ? {} : { tenant: tenantId }),
    type: token.type,
    ...(inquirer === undefined ? {} : { inquirer }),
    ...(madeBy === undefined ? {} : { initiator: madeBy }),
    ...(description === undefined ? {} : { description }),
    ...(flowId === undefined ? {} : { flowId }),
    ...(secretIds.length > 0 && { secretIds: [...secretIds] }),
    permissions: [...token.permissions],
    ...(scope && { scope: [...scope] }),
    ...(expiresAt && { expireAt: expiresAt.toISOString() }),
    createdAt: token.createdAt.toISOString(),
    ...(usedAt && { lastUsedAt: usedAt.toISOString() }),
    values: token.values,
    isCurrent: id === principal.tokenId,
  }
}

/** The answer to whoever asked for a token: the only place where its value is told. */
export const IssuedDocument = Type.Object(
  { token: Type.String(), id: Id, expireAt: Type.Optional(Moment) },
  { additionalProperties: false },
)

/** Writes it. */
export function issued({ token, id, expiresAt }: IssuedToken<Date | undefined>): Static<typeof IssuedDocument> {
  return { token, id, ...(expiresAt && { expireAt: expiresAt.toISOString() }) }
}

/** The same for a token that was refreshed; a browser has the value as a cookie, and no script reads it. */
export const RefreshedDocument = Type.Object(
  { token: Type.Optional(Type.String()), id: Id, expireAt: Type.Optional(Moment) },
  { additionalProperties: false },
)
