import { route } from '#lib/http/route'
import { newId } from '#lib/id'
import { scopeOf } from '#lib/scope'
import { demandAuthClient } from '../auth-client/auth-client-store.ts'
import { eventFields, type SecretParts } from '../deps.ts'
import { withTokenOrigin } from '../oauth/token-origin.ts'
import { demandTenant } from '../owners.ts'
import { createSecret } from '../secret/secret.ts'
import { NewSecretSchema, SecretAnswer, writtenDocument } from '../secret/secret-document.ts'
import { writeSecret } from '../secret/secret-writer.ts'
import { warnMs } from '../secret/warning.ts'

/** `POST /secrets` */
export const postSecret = (parts: SecretParts) =>
  route({
    method: 'POST',
    path: '/api/v1/secrets',
    summary: 'Store a secret',
    description: 'The caller becomes its first owner. Nothing that is sealed is told back.',
    permission: 'signed-in',
    body: NewSecretSchema,
    wrappable: true,
    response: { 200: SecretAnswer },
    errors: ['conflict'],
    async handle({ body, principal }) {
      const tenantId = demandTenant(principal, 'a secret')
      const making = {
        ...{ id: newId(), userId: principal.id, tenantId, now: parts.clock() },
        warnMs: warnMs(parts.config),
      }
      const { secret, value } = createSecret(body.type, body, making)
      await parts.db.transaction(scopeOf(principal), async (tx) => {
        await demandAuthClient(tx, principal, secret)
        await writeSecret(parts, tx, await withTokenOrigin(parts, tx, secret, body.value), value)
        const { name, type, owners, authClientId } = secret
        await parts.bus.publish(tx, {
          name: 'secret-service.secret.created',
          payload: {
            ...eventFields(secret, principal),
            name,
            type,
            owners,
            tenantId,
            ...(authClientId && { authClientId }),
          },
        })
      })
      const sealed = Object.keys(value.secret)
      return { status: 200, body: { data: writtenDocument(secret, { plain: value.plain, sealed }) } }
    },
  })
