import { randomUUID } from 'node:crypto'
import { callHub, type HubClient, logIn } from '../support/hub-client.ts'
import { activate, firstFlow, type TestHub } from '../support/test-hub.ts'
import { type Named, password, sampleClient } from './sample-body.ts'

/** The roles that come with the hub, as far as users of a tenant have them. */
export const tenantRoles = ['no role', 'USER', 'TENANT_ADMIN'] as const
/** One of them. */
export type TenantRole = (typeof tenantRoles)[number]

/** A tenant with one thing of every kind. All names in it hold `mark`. */
export interface World extends Named {
  readonly mark: string
  /** Users of the tenant, each with this role alone. */
  readonly members: Readonly<Record<TenantRole, HubClient>>
  readonly username: string
  /** Of the login of the user. */
  readonly tokenId: string
  /** Active, and has run once. */
  readonly flow: string
  readonly run: string
  /** Of all users of the tenant. */
  readonly secret: string
  /** Of all users of the tenant. */
  readonly authClient: string
  /** A domain with a schema. */
  readonly domain: string
  readonly schema: string
  /** An entry of the audit log. */
  readonly entry: string
}

/** Makes one. `target` is where its flow sends to. */
export async function createWorld({ url, admin }: TestHub, target: string): Promise<World> {
  const mark = `of-${randomUUID().slice(0, 8)}`
  const tenant: string = (await admin.expect('POST', '/iam/api/v1/tenants', { name: `tenant ${mark}` })).id
  await admin.expect('POST', `/iam/api/v1/tenants/${tenant}/key`, { value: `key ${mark}` })
  const role = await createRole(admin, tenant, `role ${mark}`)
  const member = (name: TenantRole) => createMember({ url, admin }, tenant, { mark, role: name })
  const [none, user, boss] = [await member('no role'), await member('USER'), await member('TENANT_ADMIN')]
  const flow = await activate(boss.client, { ...firstFlow(target), name: `flow ${mark}` })
  await callHub(url, 'POST', `/webhooks/hook/${flow}`, { body: { id: 1, title: `title ${mark}` } })
  const secret = await createSecret(boss.client, tenant, `secret ${mark}`)
  const shared = { ...sampleClient, name: `client ${mark}`, owners: [{ id: tenant, type: 'TENANT' }] }
  const { data: client } = await boss.client.expect('POST', '/secret-service/api/v1/auth-clients', shared)
  const model = await createModel(boss.client, `domain ${mark}`)
  const runs = await boss.client.until(
    '/component-orchestrator/executions',
    ({ data }) => data[0]?.status === 'success',
  )
  const log = await boss.client.until('/audit-log/logs?filter[name]=flow.started', ({ data }) => data.length === 1)
  return {
    ...{ mark, tenant, role, flow, secret, authClient: client.id, run: runs.data[0].id, entry: log.data[0].id },
    ...model,
    ...{ user: user.id, username: user.username, token: user.client.token, tokenId: await tokenIdOf(user.client) },
    members: { 'no role': none.client, USER: user.client, TENANT_ADMIN: boss.client },
  }
}

async function tokenIdOf(client: HubClient): Promise<string> {
  return (await client.expect('GET', '/iam/api/v1/users/me')).tokenId
}

/** A role of the tenant, which allows to read flows. */
export async function createRole(admin: HubClient, tenant: string, name: string = randomUUID()): Promise<string> {
  const body = { name, description: name, tenant, permissions: ['flows.read'] }
  return (await admin.expect('POST', '/iam/api/v1/roles', body)).id
}

/** A key that all users of the tenant own. */
export async function createSecret(boss: HubClient, tenant: string, name: string = randomUUID()): Promise<string> {
  const owners = [{ id: tenant, type: 'TENANT' }]
  const body = { name, type: 'API_KEY', value: { key: `key of ${name}` }, owners }
  return (await boss.expect('POST', '/secret-service/api/v1/secrets', body)).data.id
}

/** A domain with a schema, whose path is the one that these tests send where a path may be any. */
export async function createModel(
  boss: HubClient,
  name: string = randomUUID(),
): Promise<Pick<World, 'domain' | 'schema' | 'schemaAt'>> {
  const path = '/metadata-repository/api/v1/domains'
  const { id: domain } = (await boss.expect('POST', path, { name })).data
  const value = { $id: 'rest', title: name, type: 'string' }
  const { id: schema } = (await boss.expect('POST', `${path}/${domain}/schemas`, { value })).data
  return { domain, schema, schemaAt: `${path}/${domain}/schemas/rest` }
}

/** A user of the tenant with a role of the hub, or with none and these permissions; logged in. */
export async function createMember(
  { url, admin }: Pick<TestHub, 'url' | 'admin'>,
  tenant: string | undefined,
  given: { readonly mark?: string; readonly role: TenantRole | 'ADMIN'; readonly permissions?: readonly string[] },
): Promise<{ readonly id: string; readonly username: string; readonly client: HubClient }> {
  const { mark = 'of-nobody', role, permissions = [] } = given
  const username = `${role.toLowerCase().replace(' ', '-')}-${mark}-${randomUUID()}`
  const hubRoles: { id: string; name: string }[] = await admin.expect('GET', '/iam/api/v1/roles?page[size]=100')
  const roles = hubRoles.filter(({ name }) => name === role).map(({ id }) => id)
  const names = { firstname: `first ${mark}`, lastname: `last ${mark}` }
  const body = { username, password, ...(tenant && { tenant }), ...names, roles, permissions }
  const { id } = await admin.expect('POST', '/iam/api/v1/users', body)
  return { id, username, client: await logIn(url, { username, password }) }
}
