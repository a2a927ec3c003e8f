import { route } from '#lib/http/route'
import type { Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import { scopeOf } from '#lib/scope'
import { changedFields, splitFields } from '../auth-client/auth-client.ts'
import {
  AuthClientAnswer,
  type AuthClientChange,
  AuthClientChangeSchema,
  AuthClientParams,
} from '../auth-client/auth-client-document.ts'
import { findAuthClientById, type StoredAuthClient, updateAuthClient } from '../auth-client/auth-client-store.ts'
import { openAuthClient, sealAuthClient } from '../auth-client/auth-client-vault.ts'
import { demandCredentials } from '../auth-client/credentials.ts'
import { demandWhole } from '../auth-client/endpoints.ts'
import { eventFields, found, type SecretParts } from '../deps.ts'
import { demandPersonalOwner } from '../owners.ts'
import { letClientTryAgain } from '../refresh/lease.ts'
import type { Fields } from '../vault/vault.ts'
import { endpointRules, shownClient } from './auth-client-view.ts'

/** `PATCH /auth-clients/:id` */
export const patchAuthClient = (parts: SecretParts) =>
  route({
    method: 'PATCH',
    path: '/api/v1/auth-clients/:id',
    summary: 'Change an auth client',
    description:
      'By an owner in person. Null takes away a field that need not be there. Secrets that could not be renewed through it are tried again. ' +
      'Another server in `endpoints.token` or `endpoints.userinfo` wants `clientSecret` anew, and users to connect anew. ' +
      'Owners and type are not changed here.',
    permission: 'signed-in',
    params: AuthClientParams,
    body: AuthClientChangeSchema,
    wrappable: true,
    response: { 200: AuthClientAnswer },
    errors: ['not-found'],
    async handle({ params, body, principal }) {
      const data = await parts.db.transaction(scopeOf(principal), async (tx) => {
        const before = found(await findAuthClientById(tx, params.id, true), 'auth client')
        demandPersonalOwner(principal, before, 'auth client')
        const { client, fields } = await change(parts, tx, before, { body, principal })
        return shownClient(parts, client, fields, 'masked')
      })
      return { status: 200, body: { data } }
    },
  })

async function change(
  parts: SecretParts,
  tx: Tx,
  before: StoredAuthClient,
  { body, principal }: { readonly body: AuthClientChange; readonly principal: Principal },
): Promise<{ client: StoredAuthClient; fields: Fields }> {
  const { name = before.name, ...given } = body
  const old = await openAuthClient(parts, tx, before)
  const merged = changedFields(before.type, old, given)
  demandWhole(before.type, merged, endpointRules(parts))
  demandCredentials(old, merged, given)
  const { redirectUri, ...rest } = merged
  const fields = before.type === 'OA2_AUTHORIZATION_CODE' ? rest : merged
  const changed = [
    ...(name === before.name ? [] : ['name']),
    ...Object.keys(given).filter((field) => JSON.stringify(old[field]) !== JSON.stringify(fields[field])),
  ]
  if (changed.length === 0) return { client: before, fields }
  const { settings, credentials } = splitFields(before.type, fields)
  const next = { ...before, name, settings, version: before.version + 1, updatedAt: parts.clock() }
  const client = await sealAuthClient(parts, tx, { client: next, credentials })
  await updateAuthClient(tx, client)
  await letClientTryAgain(tx, client.id)
  const told = (of: { name: string; settings: Fields }) => {
    const scope = of.settings.predefinedScope
    return {
      ...(changed.includes('name') && { name: of.name }),
      ...(changed.includes('predefinedScope') && typeof scope === 'string' && { predefinedScope: scope }),
    }
  }
  const values = { before: told(before), after: told(client) }
  const payload = { ...eventFields(client, principal), type: client.type, changed, ...values }
  await parts.bus.publish(tx, { name: 'secret-service.auth-client.modified', payload })
  return { client, fields }
}
