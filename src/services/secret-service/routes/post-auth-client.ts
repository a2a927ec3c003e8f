import { fieldError } from '#lib/errors'
import { route } from '#lib/http/route'
import { newId } from '#lib/id'
import { scopeOf } from '#lib/scope'
import { createAuthClient } from '../auth-client/auth-client.ts'
import { AuthClientAnswer, NewAuthClientSchema } from '../auth-client/auth-client-document.ts'
import { insertAuthClient } from '../auth-client/auth-client-store.ts'
import { sealAuthClient } from '../auth-client/auth-client-vault.ts'
import { demandWhole } from '../auth-client/endpoints.ts'
import { eventFields, type SecretParts } from '../deps.ts'
import { findProviderTemplate } from '../oauth/provider-templates.ts'
import { demandTenant } from '../owners.ts'
import type { Fields } from '../vault/vault.ts'
import { endpointRules, shownClient } from './auth-client-view.ts'

/** `POST /auth-clients` */
export const postAuthClient = (parts: SecretParts) =>
  route({
    method: 'POST',
    path: '/api/v1/auth-clients',
    summary: 'Make the hub known as a client of a provider',
    description:
      'The caller becomes its first owner. With an owner of type `TENANT` all users of the tenant may connect through it; whoever is named in ' +
      'person may also change it. Credentials are sealed, and not told back.',
    permission: 'signed-in',
    body: NewAuthClientSchema,
    wrappable: true,
    response: { 200: AuthClientAnswer },
    async handle({ body, principal }) {
      const tenantId = demandTenant(principal, 'an auth client')
      const { name, type, owners = [], template, ...given } = body
      const fields = { ...templateFields(template), ...given }
      demandWhole(type, fields, endpointRules(parts))
      const making = { id: newId(), userId: principal.id, tenantId, now: parts.clock() }
      const { redirectUri, ...kept } = fields as Fields
      const stored = type === 'OA2_AUTHORIZATION_CODE' ? kept : fields
      const made = createAuthClient({ name, type, owners, fields: stored }, making)
      const { client } = made
      await parts.db.transaction(scopeOf(principal), async (tx) => {
        await insertAuthClient(tx, await sealAuthClient(parts, tx, made))
        const payload = { ...eventFields(client, principal), name, type, owners: client.owners, tenantId }
        await parts.bus.publish(tx, { name: 'secret-service.auth-client.created', payload })
      })
      return { status: 200, body: { data: shownClient(parts, client, stored, 'masked') } }
    },
  })

function templateFields(key: string | undefined): Fields {
  if (key === undefined) return {}
  const template = findProviderTemplate(key)
  if (template) return template.fields
  throw fieldError('invalid-body', 'template', 'must be the key of a template: see "GET /auth-client-templates"')
}
