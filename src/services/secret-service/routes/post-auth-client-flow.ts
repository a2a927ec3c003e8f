import { randomBytes } from 'node:crypto'
import { Type } from 'typebox'
import { fieldError, HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import { scopeOf } from '#lib/scope'
import { AuthClientParams } from '../auth-client/auth-client-document.ts'
import { findAuthClientById } from '../auth-client/auth-client-store.ts'
import { openAuthClient } from '../auth-client/auth-client-vault.ts'
import { found, type SecretParts } from '../deps.ts'
import { FLOW_MS, type FlowMemory, insertAuthFlow, newState } from '../oauth/auth-flow.ts'
import { authorizationUrl, combinedScope, demandSuccessUrl } from '../oauth/authorization-url.ts'
import { markBrowser } from '../oauth/browser-cookie.ts'
import { callbackUrl } from '../oauth/callback-url.ts'
import { demandPerson, owns } from '../owners.ts'

/** `POST /auth-clients/:id/start-flow` */
export const postAuthClientFlow = (parts: SecretParts) =>
  route({
    method: 'POST',
    path: '/api/v1/auth-clients/:id/start-flow',
    summary: 'Begin to connect somebody through an auth client',
    description:
      'Send the browser that makes this request to `authUrl`: the cookie of the answer must come along when the provider leads it back. Whoever sends ' +
      'the user there by other means, without a browser here, ends the authorization by `POST /callback` with the same account.',
    permission: 'signed-in',
    params: AuthClientParams,
    body: Type.Object(
      {
        scope: Type.Optional(
          Type.String({ maxLength: 4_096, description: 'What to ask for beside the scope of the client' }),
        ),
        secretName: Type.Optional(Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' })),
        successUrl: Type.Optional(
          Type.String({ maxLength: 2_048, description: 'Where to lead the user in the end, with `secretId` appended' }),
        ),
        payload: Type.Optional(
          Type.Record(Type.String(), Type.Unknown(), {
            maxProperties: 50,
            description: 'Told back in the end; at most 4 KiB as JSON',
          }),
        ),
      },
      { additionalProperties: false },
    ),
    wrappable: true,
    bodyLimit: 65_536,
    response: { 200: Type.Object({ data: Type.Object({ authUrl: Type.String() }) }) },
    errors: ['not-found', 'conflict'],
    async handle({ params, body, principal, headers, origin }) {
      const { state, stateHash } = newState()
      const mark = markBrowser(headers, { origin, seconds: FLOW_MS / 1_000 })
      const authUrl = await parts.db.transaction(scopeOf(principal), async (tx) => {
        const client = found(await findAuthClientById(tx, params.id), 'auth client')
        demandPerson(principal)
        if (!owns(principal, client))
          throw new HubError('forbidden', 'Cannot connect through the auth client as the caller must be an owner of it')
        if (client.type !== 'OA2_AUTHORIZATION_CODE')
          throw new HubError(
            'conflict',
            `Cannot connect through the auth client as its type must be "OA2_AUTHORIZATION_CODE"`,
          )
        const fields = await openAuthClient(parts, tx, client)
        const successUrl = demandSuccessUrl(fields, body.successUrl, parts.publicUrl())
        demandSmall(body.payload)
        const scope = combinedScope(fields, body.scope)
        const { secretName, payload } = body
        const memory: FlowMemory = {
          ...{ verifier: randomBytes(32).toString('base64url'), redirectUri: callbackUrl(parts), scope },
          clientVersion: client.version,
          ...(scope.split(' ').includes('openid') && { nonce: randomBytes(16).toString('base64url') }),
          ...(secretName !== undefined && { secretName }),
          ...(successUrl !== undefined && { successUrl }),
          ...(payload !== undefined && { payload }),
        }
        const { tenantId } = client
        const expiresAt = new Date(parts.clock().getTime() + FLOW_MS)
        const whose = { tenantId, userId: principal.id, sessionHash: mark.hash, authClientId: client.id }
        await insertAuthFlow(parts, tx, { stateHash, ...whose, expiresAt, memory })
        return authorizationUrl(fields, state, memory)
      })
      return {
        status: 200,
        headers: { 'set-cookie': mark.setCookie, 'cache-control': 'no-store' },
        body: { data: { authUrl } },
      }
    },
  })

/** In bytes of JSON. */
const MOST_PAYLOAD = 4_096

/** It is kept, sealed, until the user comes back. */
function demandSmall(payload: unknown): void {
  if (payload === undefined || Buffer.byteLength(JSON.stringify(payload)) <= MOST_PAYLOAD) return
  throw fieldError('invalid-body', 'payload', `must have at most ${MOST_PAYLOAD} bytes as JSON`)
}
