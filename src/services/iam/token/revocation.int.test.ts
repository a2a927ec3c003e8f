import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type TestContext, test } from 'node:test'
import { Type } from 'typebox'
import { createHttpServer } from '#lib/http/http-server'
import { route } from '#lib/http/route'
import { createLogger } from '#lib/logger'
import { insideTransaction } from '#lib/postgres'
import { createPrincipalCache } from '#lib/principal'
import { remoteTokenLookup } from '#lib/remote-token-lookup'
import { createServiceClient, networkTransport } from '#lib/service-client'
import { createMetrics } from '#lib/telemetry'
import {
  ADMIN_PASSWORD,
  createTestHub,
  createTwoTenants,
  type Process,
  type ProcessOptions,
} from '../../../../test/support/iam-hub.ts'
import { createAccess } from '../../../hub/access.ts'

const me = '/iam/api/v1/users/me'
const permissions = '/iam/api/v1/permissions'

/** As the hub puts it together. `lookups` counts those that went past the cache. */
function cached(lookups: { count: number }): NonNullable<ProcessOptions['principals']> {
  return (iam, bus) =>
    createAccess(bus, (token) => {
      lookups.count++
      return iam.lookupToken(token)
    }).principals
}

async function setup(t: TestContext) {
  const lookups = { count: 0 }
  const one = await createTestHub(t, { running: true, principals: cached({ count: 0 }) })
  const other = await one.fork({ running: true, principals: cached(lookups) })
  const token = await one.login('admin', ADMIN_PASSWORD)
  assert.equal((await one.call('GET', me, { token })).status, 200)
  // Until the other process answers from its cache: otherwise nothing would have to be revoked there.
  for (let before = -1; before !== lookups.count; ) {
    before = lookups.count
    assert.equal((await other.call('GET', permissions, { token })).status, 200)
  }
  return { one, other, token }
}

/** Milliseconds until a process refuses the token. */
async function refusal({ call }: Process, token: string): Promise<number> {
  const begun = performance.now()
  while (performance.now() - begun < 5000) {
    if ((await call('GET', permissions, { token })).status === 401) break
  }
  return performance.now() - begun
}

test('a token logged out in one process is refused in the other within a second', async (t) => {
  const { one, other, token } = await setup(t)
  assert.deepEqual((await one.call('POST', '/iam/logout', { token })).body, { loggedOut: true })
  assert.ok((await refusal(other, token)) < 1000)
  assert.equal((await one.call('GET', me, { token })).status, 401)
})

test('a token logged out in one process is refused in the other within a second, also without LISTEN', async (t) => {
  const { one, other, token } = await setup(t)
  const cut = await one.superuser.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen%'`,
  )
  assert.ok(cut.length >= 2)
  await one.call('POST', '/iam/logout', { token })
  assert.ok((await refusal(other, token)) < 1000)
})

/** A process that does not run the IAM, with one route of its own. */
async function startRemote(t: TestContext, baseUrl: string) {
  const transport = networkTransport({ baseUrl })
  const client = createServiceClient({ transport, token: () => '', insideTransaction, deadline: 2000 })
  const lookup = remoteTokenLookup(client)
  const whoAmI = route({
    method: 'GET',
    path: '/who',
    summary: '',
    permission: { name: 'flows.read', scope: 'tenant', description: '' },
    response: { 200: Type.Object({ id: Type.String(), tenant: Type.Optional(Type.String()) }) },
    handle: ({ principal: { id, tenant } }) => ({ status: 200, body: { id, ...(tenant ? { tenant } : {}) } }),
  })
  const server = createHttpServer({
    logger: createLogger({ level: 'silent' }),
    metrics: createMetrics(),
    principals: createPrincipalCache({ lookup, freshness: () => Infinity, clock: Date.now }).resolve,
    mounts: [{ base: '', tag: 'Remote', routes: [whoAmI] }],
    readiness: async () => [],
    version: '0',
    trustProxy: [],
    docs: false,
  })
  t.after(async () => {
    await server.stop()
    await transport.stop()
  })
  const who = async (token: string) => {
    const answer = await server.inject({ method: 'GET', url: '/who', headers: { authorization: `Bearer ${token}` } })
    return { status: answer.statusCode, body: answer.json() }
  }
  return { lookup, who }
}

test('remoteTokenLookup() gives the same principal as the IAM itself', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  const { lookup, who } = await startRemote(t, hub.url)
  const service = await hub.iam.issueServiceToken('audit-log', ['flows.read'])
  const body = { flowId: randomUUID(), tenant: a.tenant, accounts: [a.bossId], secrets: [randomUUID(), randomUUID()] }
  const { token: runner } = await hub.iam.issueServiceToken('component-orchestrator', ['iam.token.delegate'])
  const { body: run } = await hub.call('POST', '/iam/api/v1/run-tokens', { token: runner, body })
  const asPerson = await hub.call('POST', '/iam/api/v1/run-tokens', { token: admin, body })
  assert.equal(asPerson.status, 403, 'a person reads no secrets in the name of others')
  const { flowId, secretIds } = (await lookup(run.token)) ?? {}
  assert.deepEqual([flowId, secretIds], [body.flowId, new Set(body.secrets)])
  for (const token of [admin, a.boss, a.plain, service.token, run.token]) {
    const [near, far] = await Promise.all([hub.iam.lookupToken(token), lookup(token)])
    assert.deepEqual(far, near)
  }
  assert.deepEqual(await who(a.plain), { status: 200, body: { id: a.plainId, tenant: a.tenant } })
  assert.equal((await who('garbage')).status, 401)
  assert.equal(await lookup('oih_unknown'), undefined)
  await hub.call('POST', '/iam/logout', { token: a.plain })
  assert.equal((await who(a.plain)).status, 401)
})

test('remoteTokenLookup() refuses to guess when the IAM is away or answers nonsense', async (t) => {
  const answers = ['{}', '[]', 'null', '"x"', '{"id":"a","kind":"user","permissions":"all","tokenId":"t"}', '<html>']
  answers.push('{"id":"a","kind":"user","permissions":[],"tokenId":"t","secretIds":"all"}')
  const server = createServer((_request, response) => {
    const answer = answers.shift()
    if (answer === undefined) response.destroy()
    else response.end(answer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  assert.ok(typeof address === 'object' && address)
  const { lookup, who } = await startRemote(t, `http://127.0.0.1:${address.port}`)
  for (let left = answers.length; left > 0; left--) await assert.rejects(lookup('x'), { code: 'unavailable' })
  await assert.rejects(lookup('x'), { code: 'unavailable' })
  assert.equal((await who('x')).status, 503)
})
