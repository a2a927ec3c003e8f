import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { scopeOf } from '#lib/scope'
import { AuthClientAnswer, AuthClientParams } from '../auth-client/auth-client-document.ts'
import { findAuthClientById } from '../auth-client/auth-client-store.ts'
import { openAuthClient } from '../auth-client/auth-client-vault.ts'
import { eventFields, found, type SecretParts } from '../deps.ts'
import { demandOwner } from '../owners.ts'
import { permissions } from '../permissions.ts'
import { seesCredentials, shownClient } from './auth-client-view.ts'

/** `GET /auth-clients/:id` */
export const getAuthClient = (parts: SecretParts) =>
  route({
    method: 'GET',
    path: '/api/v1/auth-clients/:id',
    summary: 'Read an auth client',
    description:
      `Credentials are masked, but for owners in person with the permission \`${permissions.readRawClient.name}\`; with \`masked\` for ` +
      'everybody. A look in clear is on record before it is told.',
    permission: 'signed-in',
    params: AuthClientParams,
    query: Type.Object(
      {
        masked: Type.Optional(
          Type.Boolean({ default: false, description: 'Only a masked look, whatever the caller may see' }),
        ),
      },
      { additionalProperties: false },
    ),
    response: { 200: AuthClientAnswer },
    errors: ['not-found'],
    async handle({ params, query: { masked = false }, principal }) {
      const data = await parts.db.transaction(scopeOf(principal), async (tx) => {
        const client = found(await findAuthClientById(tx, params.id), 'auth client')
        demandOwner(principal, client, 'auth client')
        const fields = await openAuthClient(parts, tx, client)
        const how = !masked && seesCredentials(principal, client) ? 'clear' : 'masked'
        if (how === 'clear') {
          const payload = { ...eventFields(client, principal), user: principal.id, type: client.type }
          await parts.bus.publish(tx, { name: 'secret-service.auth-client.read', payload })
        }
        return shownClient(parts, client, fields, how)
      })
      return { status: 200, headers: { 'cache-control': 'no-store' }, body: { data } }
    },
  })
