import { fieldError } from '#lib/errors'
import { firstOwners, type Owned, type Owner } from '../owners.ts'
import type { Fields } from '../vault/vault.ts'
import { renews, type SecretType, secretTypeOf } from './secret-type.ts'

/** Why the last attempt to get a value failed. */
export interface RefreshError {
  /** One sentence for people; never what a provider has sent beyond its error code. */
  readonly message: string
  /** ISO 8601. */
  readonly at: string
  /** Whether the provider would refuse again, until somebody connects it anew or changes something. */
  readonly isFinal: boolean
}

/** A secret without its value. */
export interface Secret extends Owned {
  readonly id: string
  readonly name: string
  readonly type: SecretType
  /** What it is used for, in the words of existing clients. */
  readonly domain: string | undefined
  readonly authClientId: string | undefined
  /** Whom the provider knows by it, as a hash; see oauth/identity.ts. Nothing that callers send ends up here. */
  readonly externalId: string | undefined
  /** The server that what the next value is obtained by is for; see oauth/token-origin.ts. */
  readonly tokenOrigin: string | undefined
  /** Hosts to which steps may send it without seeing it: `api.example.com`, with `:port`, or `*.example.com`. */
  readonly allowedHosts: readonly string[]
  /** Of the value in force, from 1. */
  readonly version: number
  /** When the value in force is over; undefined = not known to end. */
  readonly expiresAt: Date | undefined
  /** Whether the hub gets the next value by itself. */
  readonly renews: boolean
  /** When to warn that it is over soon; undefined = not, or done. */
  readonly warnAt: Date | undefined
  readonly currentError: RefreshError | undefined
  /** Not before this moment to try again. */
  readonly nextRefreshAt: Date | undefined
  /** When what calls are made with was obtained or given; undefined = there is none yet. */
  readonly refreshedAt: Date | undefined
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** The fields of a value, by what they are. */
export interface SplitValue {
  /** Stored as they are. */
  readonly plain: Fields
  /** To be sealed. */
  readonly secret: Fields
}

/** What a caller may set. */
export interface SecretInput {
  readonly name?: string
  readonly domain?: string | null
  readonly allowedHosts?: readonly string[]
  /** ISO 8601; for values that the hub does not renew. */
  readonly expiresAt?: string | null
  readonly value?: Fields
}

/** Whose, when and how early. */
export interface Making {
  readonly id: string
  readonly userId: string
  readonly tenantId: string
  readonly now: Date
  /** Most milliseconds before its end at which a warning comes. */
  readonly warnMs: number
}

/** A new secret and its value. Throws `invalid-body` for owners of another tenant and for moments that are no moments. */
export function createSecret(
  type: SecretType,
  input: SecretInput & { readonly name: string; readonly value: Fields; readonly owners?: readonly Owner[] },
  making: Making,
): { secret: Secret; value: SplitValue } {
  const { id, userId, tenantId, now, warnMs } = making
  const value = splitValue(type, input.value)
  const base: Secret = {
    ...{ id, tenantId, type, name: input.name, version: 1, createdAt: now, updatedAt: now },
    owners: firstOwners(userId, tenantId, input.owners),
    domain: input.domain ?? undefined,
    authClientId: textOf(input.value.authClientId),
    ...{ externalId: undefined, tokenOrigin: undefined },
    allowedHosts: input.allowedHosts ?? [],
    ...{ expiresAt: undefined, renews: false, warnAt: undefined, currentError: undefined, nextRefreshAt: undefined },
    refreshedAt: undefined,
  }
  return { secret: withValue(base, value, endOf(type, input), { now, warnMs }), value }
}

/** The secret with another value in force: its version is the caller's to count. */
export function withValue(
  secret: Secret,
  { plain, secret: hidden }: SplitValue,
  expiresAt: Date | undefined,
  { now, warnMs }: Pick<Making, 'now' | 'warnMs'>,
): Secret {
  const renewing = renews(secret.type, Object.keys(hidden))
  const authClientId = textOf(plain.authClientId) ?? secret.authClientId
  return {
    ...secret,
    authClientId,
    // Another client has not said whom it knows by it.
    externalId: authClientId === secret.authClientId ? secret.externalId : undefined,
    expiresAt,
    renews: renewing,
    warnAt: renewing ? undefined : warningOf(expiresAt, now, warnMs),
    currentError: undefined,
    nextRefreshAt: undefined,
    refreshedAt: hidden.accessToken === undefined ? undefined : now,
    updatedAt: now,
  }
}

/** The secret with another value in which the token of before goes on: it ends when it did, and counts as obtained when it was. */
export function withSameToken(after: Secret, { expiresAt, refreshedAt }: Secret): Secret {
  return { ...after, expiresAt: after.expiresAt ?? expiresAt, refreshedAt }
}

/** When to warn of an end: `warnMs` before, but not in the first half of the time that is left. */
export function warningOf(expiresAt: Date | undefined, now: Date, warnMs: number): Date | undefined {
  const left = expiresAt === undefined ? 0 : expiresAt.getTime() - now.getTime()
  if (expiresAt === undefined || left <= 0) return undefined
  return new Date(expiresAt.getTime() - Math.min(warnMs, left / 2))
}

/** The end that the caller states, beside the value or in it; undefined = none. Throws `invalid-body` where both are given. */
export function endOf(
  type: SecretType,
  { expiresAt, value = {} }: Pick<SecretInput, 'expiresAt' | 'value'>,
): Date | undefined {
  const { end } = secretTypeOf[type]
  const inside = end === undefined ? undefined : value[end]
  if (typeof expiresAt === 'string' && inside !== undefined)
    throw fieldError('invalid-body', 'expiresAt', `must not be given together with "value.${end}"`)
  if (typeof expiresAt === 'string') return momentOf(expiresAt, 'expiresAt')
  return inside === undefined ? undefined : momentOf(inside, `value.${end}`)
}

/**
 * A value after a change of some of its fields; a token that was obtained by what is changed goes, as the next one will come by the new. Throws
 * `invalid-body` for fields that a secret of the type does not have.
 */
export function mergedValue(type: SecretType, before: Fields, change: Fields): Fields {
  const { value } = secretTypeOf[type]
  const foreign = Object.keys(change).find((name) => !Object.hasOwn(value, name))
  if (foreign !== undefined)
    throw fieldError('invalid-body', `value.${foreign}`, `is unknown in a secret of type "${type}"`)
  const merged = { ...before, ...change }
  const isStale = change.accessToken === undefined && obtainedBy(type).some((name) => Object.hasOwn(change, name))
  if (!isStale || !renews(type, Object.keys(merged))) return merged
  const { accessToken, ...rest } = merged
  return rest
}

/** The fields by which the next token is obtained. */
function obtainedBy(type: SecretType): readonly string[] {
  if (type === 'OA2_AUTHORIZATION_CODE') return ['authClientId', 'refreshToken']
  if (type === 'OA2_CLIENT_CREDENTIALS') return ['authClientId', 'scope']
  return type === 'SESSION_AUTH' ? ['authClientId', 'inputFields'] : []
}

/** Divides a value into what is secret and what is not. The end is neither: it is a fact about the secret. */
export function splitValue(type: SecretType, value: Fields): SplitValue {
  const { sealed, end } = secretTypeOf[type]
  const entries = Object.entries(value).filter(([name]) => name !== end)
  const isSecret = ([name]: [string, unknown]) => sealed.includes(name)
  return {
    plain: Object.fromEntries(entries.filter((entry) => !isSecret(entry))),
    secret: Object.fromEntries(entries.filter(isSecret)),
  }
}

function momentOf(given: unknown, field: string): Date {
  const moment = new Date(given as string | number)
  // PostgreSQL takes no later ones than its calendar has.
  if (moment.getTime() < Date.UTC(10_000, 0)) return moment
  throw fieldError('invalid-body', field, 'must be a moment before the year 10000')
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
