import { fieldError } from '#lib/errors'
import { originOf } from '../oauth/token-origin.ts'
import type { Fields } from '../vault/vault.ts'

/**
 * Throws `invalid-body` where a change names another server for tokens or for who somebody is, and does not bring the client's secret anew: who may
 * change a client need not know its secret, and must not have it sent to a server of his own. A client of type `SESSION_AUTH` has no secret but
 * its endpoints, which a change brings whole.
 */
export function demandCredentials(before: Fields, after: Fields, change: Fields): void {
  if (after.clientSecret === undefined || typeof change.clientSecret === 'string') return
  const [old, next] = [before.endpoints, after.endpoints] as Fields[]
  const moved = ['token', 'userinfo'].find(
    (name) => next?.[name] !== undefined && originOf(next[name]) !== originOf(old?.[name]),
  )
  if (moved === undefined) return
  throw fieldError('invalid-body', 'clientSecret', `must be given anew as "endpoints.${moved}" names another server`)
}
