import { randomBytes, randomUUID } from 'node:crypto'
import type { TestContext } from 'node:test'
import { type HubClient, logIn } from './hub-client.ts'
import { createDataDir, type HubProcess, type HubProcessOptions, startHubProcess } from './hub-process.ts'
import { createTestDatabase } from './postgres.ts'

/** The same for all processes of a test: those on one database must share it. */
const masterKey = randomBytes(32).toString('base64')

/** A hub process of a test, stopped with it. */
export interface TestHub {
  readonly process: HubProcess
  readonly url: string
  readonly admin: HubClient
}

export interface TestHubOptions extends Partial<Omit<HubProcessOptions, 'dataDir'>> {
  /** Default: a database of its own on the tests' server, which is there sooner than a PostgreSQL of its own. */
  readonly databaseUrl?: string
  /** Starts the PostgreSQL that the hub brings with it. Default false. */
  readonly bundled?: boolean
}

/** Starts a hub and logs its administrator in. */
export async function startTestHub(t: TestContext, options: TestHubOptions = {}): Promise<TestHub> {
  const process = await startTestProcess(t, options)
  return { process, url: process.url, admin: await logIn(process.url, process.admin) }
}

/** Starts a hub; nobody is logged in. */
export async function startTestProcess(t: TestContext, options: TestHubOptions = {}): Promise<HubProcess> {
  const { bundled = false, env = {}, ...rest } = options
  const cleanups: (() => unknown)[] = []
  t.after(async () => {
    for (const clean of cleanups.toReversed()) await clean()
  })
  const after = (clean: () => unknown) => void cleanups.push(clean)
  const databaseUrl = options.databaseUrl ?? (bundled ? '' : (await createTestDatabase({ after } as TestContext)).url)
  const folder = await createDataDir()
  after(() => folder.remove())
  const hub = await startHubProcess({
    ...rest,
    dataDir: folder.path,
    env: { OIH_DATABASE_URL: databaseUrl, OIH_MASTER_KEY: masterKey, OIH_LOG_LEVEL: 'error', ...env },
  })
  after(() => hub.stop())
  return hub
}

/** Creates a tenant and a user of it with the role, or with these permissions alone; resolves to the user, logged in. */
export async function createMember(
  { url, admin }: Pick<TestHub, 'url' | 'admin'>,
  tenant: string,
  given: { readonly role: string } | { readonly permissions: readonly string[] },
): Promise<HubClient> {
  const credentials = { username: `user-${randomUUID()}`, password: `secret ${randomUUID()}` }
  const roles = 'role' in given ? [await roleId(admin, given.role)] : []
  const permissions = 'permissions' in given ? given.permissions : []
  await admin.expect('POST', '/iam/api/v1/users', { ...credentials, tenant, roles, permissions })
  return logIn(url, credentials)
}

/** Creates a tenant; resolves to its id. */
export async function createTenant(admin: HubClient): Promise<string> {
  return (await admin.expect('POST', '/iam/api/v1/tenants', { name: `tenant ${randomUUID()}` })).id
}

async function roleId(admin: HubClient, name: string): Promise<string> {
  const roles: { id: string; name: string }[] = await admin.expect('GET', '/iam/api/v1/roles')
  const role = roles.find((each) => each.name === name)
  if (role === undefined) throw new Error(`There must be a role "${name}": known are ${JSON.stringify(roles)}`)
  return role.id
}

/** The flow of the acceptance: what a webhook gets is mapped and sent as JSON to `url`. */
export const firstFlow = (url: string) => ({
  name: 'first flow',
  graph: {
    nodes: [
      {
        id: 'map',
        componentId: 'jsonata',
        function: 'transform',
        fields: { expression: '{ "key": id, "title": $uppercase(title) }' },
      },
      { id: 'send', componentId: 'http-request', function: 'request', fields: { method: 'POST', url } },
    ],
    edges: [{ source: 'map', target: 'send' }],
  },
})

/** Creates the flow and starts it; resolves to its id once it is active. */
export async function activate(client: HubClient, flow: object): Promise<string> {
  const { data } = await client.expect('POST', '/flow-repository/flows', flow)
  await client.expect('POST', `/flow-repository/flows/${data.id}/start`)
  await client.until(`/flow-repository/flows/${data.id}`, (body) => body.data.status === 'active')
  return data.id
}
