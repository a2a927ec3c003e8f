import type { Tx } from '#lib/postgres'
import { findAuthClientById } from '../auth-client/auth-client-store.ts'
import { openAuthClient } from '../auth-client/auth-client-vault.ts'
import type { SecretParts } from '../deps.ts'
import type { Secret } from '../secret/secret.ts'
import type { Fields } from '../vault/vault.ts'

/** What of a value is sent to the server that gives the next one. */
const sent = ['refreshToken', 'inputFields']

/**
 * The server that an auth client, given with all its fields in clear, gets tokens from; undefined for types that get none. Placeholders in its
 * name are part of it.
 */
export function tokenOriginOf({ endpoints }: Fields): string | undefined {
  const { token, auth } = (endpoints ?? {}) as { token?: unknown; auth?: { url?: unknown } }
  return originOf(token ?? auth?.url)
}

/** The origin of an address that may have placeholders; undefined where it is none. */
export function originOf(address: unknown): string | undefined {
  if (typeof address !== 'string') return undefined
  const filled = address.replaceAll(/\{\{([\w.-]+)\}\}/g, (_, name: string) => `x${Buffer.from(name).toString('hex')}`)
  return URL.parse(filled)?.origin
}

/**
 * A secret that is about to be stored, with the server that its value is for: that which its auth client asks now, where `given`, the fields of the
 * value that the caller brings, has something that is sent there; else as it is, as nothing goes to another server than it was meant for.
 */
export async function withTokenOrigin(
  { vault }: Pick<SecretParts, 'vault'>,
  tx: Tx,
  secret: Secret,
  given: Fields,
): Promise<Secret> {
  if (secret.authClientId === undefined || !sent.some((name) => given[name] !== undefined)) return secret
  const client = await findAuthClientById(tx, secret.authClientId)
  return client === undefined
    ? secret
    : { ...secret, tokenOrigin: tokenOriginOf(await openAuthClient({ vault }, tx, client)) }
}
