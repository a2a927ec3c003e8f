import { randomUUID } from 'node:crypto'
import type { ApiOperation } from '../support/api-document.ts'
import type { HubClient } from '../support/hub-client.ts'
import { firstFlow } from '../support/test-hub.ts'
import { password, sampleClient } from './sample-body.ts'
import { createModel, createRole, type World } from './world.ts'

/** Whose the thing is to be, and who makes it. */
export interface Owner {
  readonly world: Pick<
    World,
    'tenant' | 'user' | 'role' | 'tokenId' | 'flow' | 'run' | 'entry' | 'secret' | 'authClient' | 'domain' | 'schema'
  >
  readonly admin: HubClient
  /** Acts in the tenant. */
  readonly boss: HubClient
  /** The token of who is to call the route; none for nobody. */
  readonly self: string | undefined
}

interface Kind {
  /** The one that the world has. */
  readonly standing: (world: Owner['world']) => string
  /** A new one, which may be changed and deleted. Default: the standing one. */
  readonly make?: (owner: Owner) => Promise<string>
}

/** What the parameter behind this part of a path stands for. */
const kinds: Readonly<Record<string, Kind>> = {
  tenants: { standing: ({ tenant }) => tenant },
  users: { standing: ({ user }) => user, make: makeUser },
  user: { standing: ({ user }) => user, make: makeUser },
  roles: {
    standing: ({ role }) => role,
    make: async ({ admin, world: { tenant } }) =>
      (await admin.expect('POST', '/iam/api/v1/roles', { name: randomUUID(), tenant, permissions: [] })).id,
  },
  permissions: {
    standing: () => '00000000-0000-7000-8000-00000000000f',
    make: async ({ admin }) =>
      (await admin.expect('POST', '/iam/api/v1/permissions', { name: `proof.x${randomUUID()}` })).id,
  },
  tokens: { standing: ({ tokenId }) => tokenId, make: makeToken },
  clients: {
    standing: () => '00000000-0000-7000-8000-00000000000f',
    make: async ({ admin }) => {
      const body = { name: 'x', type: 'web', redirectUris: ['https://app.example/callback'] }
      return (await admin.expect('POST', '/iam/api/v1/clients', body)).id
    },
  },
  // What a caller has granted an application: nothing, and so it is taken back from none.
  grants: { standing: () => '00000000-0000-7000-8000-00000000000f' },
  // What a browser is sent to in the course of a sign-in: there is none under way.
  auth: { standing: () => 'unknown' },
  interaction: { standing: () => 'unknown' },
  flows: {
    standing: ({ flow }) => flow,
    make: async ({ boss }) =>
      (await boss.expect('POST', '/flow-repository/flows', firstFlow('http://127.0.0.1:9/in'))).data.id,
  },
  // Of who calls: those whom it is shared with only use it.
  secrets: { standing: ({ secret }) => secret, make: makeSecret },
  'auth-clients': { standing: ({ authClient }) => authClient, make: makeAuthClient },
  domains: { standing: ({ domain }) => domain, make: async ({ boss }) => (await createModel(boss)).domain },
  schemas: { standing: ({ schema }) => schema, make: async ({ boss }) => (await createModel(boss)).schema },
  versions: { standing: () => '1' },
  hook: { standing: ({ flow }) => flow },
  executions: { standing: ({ run }) => run },
  logs: { standing: ({ entry }) => entry },
}

async function makeUser({ admin, world: { tenant } }: Owner): Promise<string> {
  return (await admin.expect('POST', '/iam/api/v1/users', { username: randomUUID(), password, tenant })).id
}

/** Of who calls. */
async function makeAuthClient({ admin, self, world }: Owner): Promise<string> {
  if (self === undefined) return world.authClient
  const headers = { authorization: `Bearer ${self}` }
  const { status, body } = await admin.call('POST', '/secret-service/api/v1/auth-clients', sampleClient, headers)
  if (status !== 200) throw new Error(`Cannot make an auth client: ${status} ${JSON.stringify(body)}`)
  return body.data.id
}

async function makeSecret({ admin, self, world }: Owner): Promise<string> {
  if (self === undefined) return world.secret
  const body = { name: randomUUID(), type: 'API_KEY', value: { key: 'a key of mine' } }
  const headers = { authorization: `Bearer ${self}` }
  const answer = await admin.call('POST', '/secret-service/api/v1/secrets', body, headers)
  if (answer.status !== 200) throw new Error(`Cannot make a secret: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body.data.id
}

/** Of who calls. */
async function makeToken({ admin, self, world }: Owner): Promise<string> {
  if (self === undefined) return world.tokenId
  const { status, body } = await admin.call('POST', '/iam/api/v1/tokens', {}, { authorization: `Bearer ${self}` })
  if (status !== 200) throw new Error(`Cannot make a token: ${status} ${JSON.stringify(body)}`)
  return body.id
}

/** What ADMIN does to a tenant, it does to one that nobody needs; anyone else to the own. */
export async function ownerFor(owner: Owner, caller: string, { path }: ApiOperation): Promise<Owner> {
  const { admin, world } = owner
  if (caller !== 'ADMIN' || !path.includes('/tenants/{id}')) return owner
  const { id: tenant } = await admin.expect('POST', '/iam/api/v1/tenants', { name: 'another' })
  return { ...owner, world: { ...world, tenant, role: await createRole(admin, tenant) } }
}

/** The parameters of a path, in its order, each with the part before it. */
export function placesOf({ path }: Pick<ApiOperation, 'path'>): { readonly name: string; readonly before: string }[] {
  const parts = path.split('/')
  return parts.flatMap((part, index) =>
    part.startsWith('{') ? [{ name: part.slice(1, -1), before: parts[index - 1] ?? '' }] : [],
  )
}

function kindAt(operation: ApiOperation, before: string): Kind {
  const kind = kinds[before]
  if (kind) return kind
  const route = `${operation.method} ${operation.path}`
  throw new Error(
    `Cannot call "${route}" as nobody says what stands behind "${before}/": add it to test/isolation/things.ts`,
  )
}

/** What a standing thing of the world is called in the path, for each parameter but the free ones. */
export function standingThings(operation: ApiOperation, world: Owner['world']): Record<string, string> {
  return Object.fromEntries(
    placesOf(operation).map(({ name, before }) => [
      name,
      name === '*' ? 'rest' : kindAt(operation, before).standing(world),
    ]),
  )
}

/** The same with new things, which the route may change and delete. */
export async function newThings(operation: ApiOperation, owner: Owner): Promise<Record<string, string>> {
  const things = standingThings(operation, owner.world)
  for (const { name, before } of placesOf(operation)) {
    if (name !== '*') things[name] = (await kinds[before]?.make?.(owner)) ?? things[name] ?? ''
  }
  // What is to be stopped must have been started.
  const { path } = operation
  if (path.endsWith('/stop')) await owner.boss.expect('POST', pathOf(path, things).replace(/stop$/, 'start'))
  return things
}

/** The path with these in place of its parameters. */
export function pathOf(path: string, things: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(things[name] ?? ''))
}
