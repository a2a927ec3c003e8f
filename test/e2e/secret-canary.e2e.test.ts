import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import pg from 'pg'
import { startBundledPostgres } from '../../src/lib/bundled-postgres/bundled-postgres.ts'
import { startHttpTarget } from '../support/http-target.ts'
import { callHub, type HubClient, logIn } from '../support/hub-client.ts'
import { createDataDir, startHubProcess } from '../support/hub-process.ts'
import { startProviderStub, tokens } from '../support/provider-stub.ts'
import { activate, createMember, createTenant } from '../support/test-hub.ts'

const SECRETS = '/secret-service/api/v1/secrets'

/** Texts that stand nowhere else in the world. */
const canary = (name: string) => `${name}-${randomBytes(16).toString('hex')}`

test('a secret that was stored, read, renewed, used by a flow, replaced and deleted is found nowhere in clear', async (t) => {
  const folder = await createDataDir()
  t.after(() => folder.remove())
  // It repeats what it was sent, as error pages do.
  const target = await startHttpTarget({
    answer: (_request, count) => (count === 1 ? 503 : 200),
    content: ({ headers }) => headers,
  })
  t.after(() => target.stop())
  const hub = await startHubProcess({ dataDir: folder.path, env: { OIH_LOG_LEVEL: 'debug' } })
  t.after(() => hub.kill())
  const admin = await logIn(hub.url, hub.admin)
  const tenant = await createTenant(admin)
  const me = await createMember({ url: hub.url, admin }, tenant, { role: 'TENANT_ADMIN' })
  const [key, nextKey, passphrase, payload] = [canary('key'), canary('next'), canary('pass'), canary('payload')]
  const canaries = [key, nextKey, passphrase, payload]
  const answers: string[] = []
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await callHub(hub.url, method, path, { body, headers: { authorization: `Bearer ${me.token}` } })
    if (answer.status >= 400) answers.push(JSON.stringify(answer.body))
    return answer
  }

  const id = await store(me, {
    type: 'API_KEY',
    value: { key, headerName: 'x-key' },
    allowedHosts: [new URL(target.url).host],
  })
  const others = [
    await store(me, { type: 'SIMPLE', value: { username: 'anna', passphrase } }),
    await store(me, { type: 'MIXED', value: { payload } }),
  ]
  for (const each of [id, ...others]) assert.equal((await call('GET', `${SECRETS}/${each}`)).status, 200)
  const renewed = await renew(t, me)
  canaries.push(...renewed.canaries)
  others.push(renewed.id)
  answers.push(...renewed.answers)
  // Faults of what holds a value must not quote it.
  await call('POST', SECRETS, { name: 'x', type: 'API_KEY', value: { key, headerName: `no header ${key}` } })
  await call('POST', SECRETS, {
    name: 'x',
    type: 'SIMPLE',
    value: { username: passphrase, passphrase, other: passphrase },
  })
  await call('PATCH', `${SECRETS}/${id}`, { value: { key: [key] } })
  await call('POST', `${SECRETS}/${others[0]}/validateHmac`, { hmacValue: passphrase, rawBody: passphrase })

  const flow = await activate(me, {
    name: 'uses a secret',
    graph: {
      nodes: [
        {
          ...{ id: 'call', componentId: 'http-request', function: 'request', credentials_id: id },
          fields: { method: 'POST', url: target.url },
        },
      ],
    },
  })
  assert.equal((await callHub(hub.url, 'POST', `/webhooks/hook/${flow}`, { body: { id: 1 } })).status, 200)
  const arrived = await target.received(2)
  assert.deepEqual(
    arrived.map(({ headers }) => headers['x-key']),
    [key, key],
    'the flow must have used it',
  )
  const executions = `/component-orchestrator/executions?filter[flowId]=${flow}`
  const { data: runs } = await me.until(executions, ({ data }) => data[0]?.status === 'success')
  const run = await me.expect('GET', `/component-orchestrator/executions/${runs[0].id}`)
  const log = await me.until(`/audit-log/logs?filter[name]=secret-service.token.get`, ({ data }) =>
    data.some(({ payload }: { payload: { runId?: string } }) => payload.runId === runs[0].id),
  )
  assert.partialDeepStrictEqual(
    log.data.find(({ payload: each }: { payload: { runId?: string } }) => each.runId === runs[0].id),
    { payload: { id, flowId: flow, stepId: 'call', tenant } },
  )
  answers.push(JSON.stringify(run), JSON.stringify(log))

  assert.equal((await call('PATCH', `${SECRETS}/${id}`, { value: { key: nextKey }, keepPreviousFor: 60 })).status, 200)
  for (const each of [id, ...others]) assert.equal((await call('DELETE', `${SECRETS}/${each}`)).status, 204)
  assert.equal((await call('GET', `${SECRETS}/${id}`)).status, 404)
  assert.equal(await hub.stop(), 0)

  const places: [string, string | Buffer][] = [
    ['the log', hub.output()],
    ['answers', answers.join('\n')],
    ...(await filesBelow(folder.path)),
    ...(await tablesOf(folder.path)),
  ]
  assert(hub.output().includes(me.token) === false, 'nor is a token logged')
  assert(
    places.some(([, content]) => content.includes(id)),
    'what is looked through must hold what was done',
  )
  for (const [place, content] of places)
    for (const each of canaries) {
      const forms = [each, Buffer.from(each).toString('base64').slice(0, -4), Buffer.from(each).toString('hex')]
      for (const form of forms) assert(!content.includes(form), `${place} must not hold "${each}"`)
    }
})

/** A secret that the hub renews: by a provider that gives tokens, then refuses and repeats what it was sent, then gives others. */
async function renew(t: TestContext, owner: HubClient) {
  const provider = await startProviderStub(t)
  const [clientSecret, first, refresh] = [canary('client'), canary('first'), canary('refresh')]
  const [access, nextRefresh] = [canary('access'), canary('rotated')]
  const endpoints = { auth: `${provider.url}/auth?state={{state}}`, token: `${provider.url}/token` }
  const type = 'OA2_AUTHORIZATION_CODE'
  const client = { name: 'canary', type, clientId: 'canary', clientSecret, endpoints }
  const authClientId = (await owner.expect('POST', '/secret-service/api/v1/auth-clients', client)).data.id
  const value = { authClientId, accessToken: first, refreshToken: refresh, expires: '2020-01-01T00:00:00Z' }
  const id = await store(owner, { type, value })
  provider.answer = (call, response) => {
    response.writeHead(500, { 'content-type': 'text/plain', 'x-form': call.text }).end(`${call.text} ${access}`)
  }
  const refused = await owner.call('GET', `${SECRETS}/${id}`)
  assert.equal(refused.status, 503, JSON.stringify(refused.body))
  provider.answer = (call) => tokens(call, { access_token: access, refresh_token: nextRefresh })
  const read = await owner.until(`${SECRETS}/${id}`, (answer) => answer.data?.value?.accessToken === access)
  assert.equal(read.data.value.refreshToken, nextRefresh)
  return {
    id,
    canaries: [clientSecret, first, refresh, access, nextRefresh],
    answers: [JSON.stringify(refused.body)],
  }
}

async function store(owner: HubClient, secret: object): Promise<string> {
  return (await owner.expect('POST', SECRETS, { name: 'canary', ...secret })).data.id
}

async function filesBelow(folder: string): Promise<[string, Buffer][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(files.map(async (file): Promise<[string, Buffer]> => [file, await readFile(file)]))
}

/** As text: in the files long values are compressed. */
async function tablesOf(dataDir: string): Promise<[string, string][]> {
  const postgres = await startBundledPostgres({ dataDir })
  const client = new pg.Client({ connectionString: postgres.url })
  try {
    await client.connect()
    const { rows } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
    )
    assert(rows.length > 30, 'all tables must be found')
    const contents: [string, string][] = []
    for (const { name } of rows) {
      const found = await client.query<{ row: string }>(`select t::text as row from ${name} t`)
      contents.push([name, found.rows.map(({ row }) => row).join('\n')])
    }
    return contents
  } finally {
    await client.end()
    await postgres.stop()
  }
}
