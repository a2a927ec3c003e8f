import { randomUUID } from 'node:crypto'
import { strToU8, zipSync } from 'fflate'
import type { ApiOperation, ApiSchema } from '../support/api-document.ts'
import { firstFlow } from '../support/test-hub.ts'

/** The ids and texts of one tenant that a request may name. */
export interface Named {
  readonly tenant: string
  readonly user: string
  readonly role: string
  /** A token that acts in it. */
  readonly token: string
  /** Where a schema of it is. */
  readonly schemaAt: string
}

/** Of every user of these tests, and of whoever a body creates. */
export const password = 'correct horse battery'

/** An auth client of the Secret Service. */
export const sampleClient = {
  ...{ name: 'x', type: 'OA2_AUTHORIZATION_CODE', clientId: 'an id', clientSecret: 'a secret' },
  endpoints: { auth: 'https://provider.example/auth', token: 'https://provider.example/token' },
} as const

/** Where the fields of a body alone do not say what is to be sent: by route. */
const bodies: Readonly<Record<string, (named: Named & { readonly username: string }) => unknown>> = {
  'POST /iam/login': ({ username }) => ({ username, password }),
  'POST /iam/session': ({ username }) => ({ username, password }),
  'POST /iam/api/v1/run-tokens': ({ tenant, user }) => ({ flowId: randomUUID(), tenant, accounts: [user] }),
  'POST /secret-service/api/v1/secrets': () => ({ name: 'x', type: 'API_KEY', value: { key: 'a key' } }),
  'PATCH /secret-service/api/v1/secrets/{id}': () => ({ name: 'x', value: { key: 'a key' } }),
  'POST /secret-service/api/v1/auth-clients': () => sampleClient,
  'PATCH /secret-service/api/v1/auth-clients/{id}': () => ({ name: 'x', clientSecret: 'another secret' }),
  'POST /metadata-repository/api/v1/domains/{id}/schemas': () => ({ value: { $id: 'x.json', type: 'string' } }),
  'PUT /metadata-repository/api/v1/domains/{id}/schemas/{*}': () => ({ value: { type: 'integer' } }),
  'POST /metadata-repository/api/v1/validate': ({ schemaAt }) => ({ schema: schemaAt, document: 'a text' }),
  'POST /metadata-repository/api/v1/schemas/{id}/validate': () => ({ document: 'a text' }),
  'POST /metadata-repository/api/v1/schemas/{id}/compatibility': () => ({ value: { type: 'integer' } }),
  // For oneself.
  'POST /iam/api/v1/tokens': () => ({ description: 'a text' }),
  'PUT /iam/api/v1/users/me/password': () => ({ currentPassword: password, newPassword: password }),
  'POST /iam/api/v1/tenants/import': () => ({
    ...{ format: 'open-integration-hub/tenant', version: 1, roles: [], users: [] },
    tenant: { id: randomUUID(), name: 'x', status: 'ACTIVE', confirmed: true, createdAt: '2026-01-01T00:00:00Z' },
  }),
}

/** An archive with a schema, as a form brings it. */
export function sampleUpload(): { readonly type: string; readonly bytes: Buffer } {
  const head = 'Content-Disposition: form-data; name="archive"; filename="models.zip"\r\nContent-Type: application/zip'
  const archive = zipSync({ 'imported.json': strToU8('{"type":"string"}') })
  const bytes = [Buffer.from(`--sample\r\n${head}\r\n\r\n`), archive, Buffer.from('\r\n--sample--\r\n')]
  return { type: 'multipart/form-data; boundary=sample', bytes: Buffer.concat(bytes) }
}

/** Fields that mean the same in every body. */
export function fieldsOf({ tenant, user, role, token, schemaAt }: Named): Readonly<Record<string, unknown>> {
  const unique = randomUUID()
  return {
    ...{
      name: `proof.x${unique}`,
      username: unique,
      password,
      firstname: 'Ada',
      lastname: 'Lovelace',
      status: 'ACTIVE',
    },
    ...{
      tenant,
      roles: [role],
      permissions: ['flows.read'],
      user,
      userId: user,
      accountId: user,
      token,
      schema: schemaAt,
    },
    ...{
      value: 'a key',
      redirectUris: ['https://app.example/callback'],
      description: 'a text',
      graph: firstFlow('http://127.0.0.1:9/in').graph,
    },
  }
}

/** The fields of a body that name things of a tenant. */
export const references = ['tenant', 'roles', 'user', 'userId', 'accountId', 'token', 'schema'] as const

/**
 * A body that the route takes, which names these things and would change what it is sent to; undefined where the route takes none. Throws
 * where a required field is known by neither its name nor its schema.
 */
export function sampleBody(operation: ApiOperation, named: Named & { readonly username: string }): unknown {
  const { method, path, body } = operation
  if (body === undefined) return undefined
  const own = bodies[`${method} ${path}`]
  if (own) return own(named)
  if (body.type !== 'object') return { any: 'JSON' }
  const known = fieldsOf(named)
  const { properties = {}, required = [] } = body
  return Object.fromEntries(
    Object.entries(properties).flatMap(([field, schema]) => {
      if (Object.hasOwn(known, field)) return [[field, known[field]]]
      return required.includes(field) ? [[field, valueFor(schema, `${method} ${path}`, field)]] : []
    }),
  )
}

function valueFor(schema: ApiSchema, route: string, field: string): unknown {
  const { type, format, minLength = 1, minimum = 1, minItems = 0, items = {} } = schema
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  if (schema.anyOf?.[0]) return valueFor(schema.anyOf[0], route, field)
  if (type === 'string' && format === 'uuid') return randomUUID()
  if (type === 'string' && format === 'date-time') return new Date(Date.now() + 3_600_000).toISOString()
  if (type === 'string' && format === undefined && schema.pattern === undefined) return 'x'.repeat(minLength)
  if (type === 'boolean') return true
  if (type === 'integer' || type === 'number') return minimum
  if (type === 'array') return Array.from({ length: minItems }, () => valueFor(items, route, field))
  const where = 'to "fieldsOf" or "bodies" in test/isolation/sample-body.ts'
  throw new Error(`Cannot send "${route}" as it is not known what its field "${field}" may be: add it ${where}`)
}
