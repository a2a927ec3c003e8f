import { fieldError } from '#lib/errors'
import { firstOwners, type Owned, type Owner } from '../owners.ts'
import type { Fields } from '../vault/vault.ts'
import { type AuthClientType, authClientTypeOf } from './auth-client-type.ts'

/** By what the hub is known to a provider, without its credentials. */
export interface AuthClient extends Owned {
  readonly id: string
  readonly name: string
  readonly type: AuthClientType
  /** What is not secret: endpoints, redirect address, … in the form of its type. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Grows with each change. */
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Whose, when, and what addresses it may have. */
export interface AuthClientMaking {
  readonly id: string
  readonly userId: string
  readonly tenantId: string
  readonly now: Date
}

/** An auth client and what of it is to be sealed. */
export interface OpenAuthClient {
  readonly client: AuthClient
  readonly credentials: Fields
}

/** A new auth client of the fields of its type, which are whole. Throws `invalid-body` for owners of another tenant. */
export function createAuthClient(
  { name, type, owners, fields }: { name: string; type: AuthClientType; owners?: readonly Owner[]; fields: Fields },
  { id, userId, tenantId, now }: AuthClientMaking,
): OpenAuthClient {
  const { settings, credentials } = splitFields(type, fields)
  const times = { createdAt: now, updatedAt: now }
  return {
    client: { id, tenantId, name, type, owners: firstOwners(userId, tenantId, owners), settings, version: 1, ...times },
    credentials,
  }
}

/** The fields after a change: null takes one away. Throws `invalid-body` for fields that a client of the type does not have. */
export function changedFields(type: AuthClientType, before: Fields, change: Fields): Fields {
  const { fields } = authClientTypeOf[type]
  const foreign = Object.keys(change).find((name) => !Object.hasOwn(fields, name))
  if (foreign !== undefined) throw fieldError('invalid-body', foreign, `is unknown in an auth client of type "${type}"`)
  const entries = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null)
  return Object.fromEntries(entries)
}

/** Divides the fields into what is stored as it is and what is sealed. */
export function splitFields(type: AuthClientType, fields: Fields): { settings: Fields; credentials: Fields } {
  const { sealed } = authClientTypeOf[type]
  const isSealed = ([name]: [string, unknown]) => sealed.includes(name)
  const entries = Object.entries(fields)
  return {
    settings: Object.fromEntries(entries.filter((entry) => !isSealed(entry))),
    credentials: Object.fromEntries(entries.filter(isSealed)),
  }
}
