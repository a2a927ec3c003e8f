import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { startHttpTarget } from '../support/http-target.ts'
import { callHub, logIn } from '../support/hub-client.ts'
import { createTestDatabase } from '../support/postgres.ts'
import { createMember, createTenant, firstFlow, startTestHub, startTestProcess } from '../support/test-hub.ts'

/** IAM and Audit Log in one process, Flow Repository and Component Orchestrator in another, on one database. */
async function setup(t: TestContext) {
  const { url: databaseUrl } = await createTestDatabase(t)
  const first = await startTestHub(t, { databaseUrl, env: { OIH_SERVICES: 'iam,audit-log' } })
  const second = await startTestProcess(t, {
    databaseUrl,
    args: ['--services', 'flow-repository,component-orchestrator'],
    env: { OIH_HUB_URL: first.url },
  })
  return { databaseUrl, first, second }
}

const at = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

describe('services in two processes', () => {
  test('run the first flow together, and each serves its own', async (t) => {
    const target = await startHttpTarget()
    t.after(() => target.stop())
    const { first, second } = await setup(t)
    const admin = at(first.admin.token)
    const flows = '/flow-repository/flows'
    assert.equal((await callHub(first.url, 'GET', flows, admin)).status, 404)
    assert.equal((await callHub(second.url, 'GET', '/audit-log/logs', admin)).status, 404)

    const { status, body } = await callHub(second.url, 'POST', flows, { ...admin, body: firstFlow(target.url) })
    assert.equal(status, 201, JSON.stringify(body))
    const { id } = body.data
    await callHub(second.url, 'POST', `${flows}/${id}/start`, admin)
    const there = { ...first.admin, call: clientOf(second.url, first.admin.token) }
    await until(
      async () => (await there.call('GET', `${flows}/${id}`)).body.data,
      ({ status }) => status === 'active',
    )
    assert.equal(
      (await callHub(second.url, 'POST', `/webhooks/hook/${id}`, { body: { id: 7, title: 'a' } })).status,
      200,
    )
    const [arrived] = await target.received(1)
    assert.deepEqual(arrived?.body, { key: 7, title: 'A' })
    await there.call('POST', `${flows}/${id}/stop`)
    const path = `/audit-log/logs?filter[flowId]=${id}&sort=createdAt`
    const { data } = await first.admin.until(path, (page) => page.data.length === 6)
    assert.deepEqual(
      data.map(({ headers }: { headers: { name: string } }) => headers.name),
      [
        'flowrepo.flow.created',
        'flowrepo.flow.starting',
        'iam.token.created',
        'flow.started',
        'flowrepo.flow.stopping',
        'flow.stopped',
      ],
    )
  })

  test('take a service token of their own where an operator gives one', async (t) => {
    const { url: databaseUrl } = await createTestDatabase(t)
    const first = await startTestHub(t, { databaseUrl, env: { OIH_SERVICES: 'iam,flow-repository' } })
    await startTestProcess(t, {
      databaseUrl,
      env: { OIH_SERVICES: 'component-orchestrator', OIH_HUB_URL: first.url, OIH_SERVICE_TOKEN: first.admin.token },
    })
    const { data } = await first.admin.expect('POST', '/flow-repository/flows', firstFlow('http://127.0.0.1:9/in'))
    await first.admin.expect('POST', `/flow-repository/flows/${data.id}/start`)
    await first.admin.until(`/flow-repository/flows/${data.id}`, ({ data: { status } }) => status === 'active')
  })

  test('agree within a second on a token that was withdrawn', async (t) => {
    const { first, second } = await setup(t)
    const member = await createMember(first, await createTenant(first.admin), { role: 'TENANT_ADMIN' })
    const ask = () => callHub(second.url, 'GET', '/flow-repository/flows', at(member.token))
    assert.equal((await ask()).status, 200)
    await member.expect('POST', '/iam/logout')
    const withdrawn = performance.now()
    await until(ask, ({ status }) => status === 401, 3_000)
    const took = performance.now() - withdrawn
    // A second for the news, and the time of a call.
    assert.ok(took < 1_500, `it took ${took} ms`)
  })

  test('answer 503 where a token cannot be verified as the IAM is away', async (t) => {
    const { first, second } = await setup(t)
    const other = await logIn(first.url, first.process.admin)
    await first.process.kill()
    const answer = await callHub(second.url, 'GET', '/flow-repository/flows', at(other.token))
    assert.deepEqual([answer.status, answer.body.code], [503, 'unavailable'])
  })

  test('say so where their token is refused: the start fails with the reason', async (t) => {
    const { url: databaseUrl } = await createTestDatabase(t)
    const first = await startTestHub(t, { databaseUrl, env: { OIH_SERVICES: 'iam,flow-repository' } })
    await startTestProcess(t, {
      databaseUrl,
      env: { OIH_SERVICES: 'component-orchestrator', OIH_HUB_URL: first.url, OIH_SERVICE_TOKEN: 'oih_wrong' },
    })
    const { data } = await first.admin.expect('POST', '/flow-repository/flows', firstFlow('http://127.0.0.1:9/in'))
    await first.admin.expect('POST', `/flow-repository/flows/${data.id}/start`)
    const seen = await first.admin.until(
      `/flow-repository/flows/${data.id}`,
      ({ data: { failure } }) => failure !== undefined,
    )
    assert.match(seen.data.failure, /token/)
  })
})

test('processes with the IAM under different public addresses say so, and serve', async (t) => {
  const { url: databaseUrl } = await createTestDatabase(t)
  const start = (env: Record<string, string>) =>
    startTestProcess(t, { databaseUrl, env: { OIH_LOG_LEVEL: 'warn', OIH_SERVICES: 'iam', ...env } })
  const hub = { OIH_PUBLIC_URL: 'https://hub.example.org' }
  const first = await start(hub)
  const second = await start(hub)
  const worker = await start({ OIH_SERVICES: 'audit-log', OIH_HUB_URL: first.url })
  const unset = await start({})
  const other = await start({ OIH_PUBLIC_URL: 'https://other.example.org' })
  for (const silent of [first, second, worker]) assert.doesNotMatch(silent.output(), /OIH_PUBLIC_URL/)
  assert.match(
    unset.output(),
    /this one has \\"http:\S+\\", others .* have \\"https:\/\/hub.example.org\\"\. Set OIH_PUBLIC_URL/,
  )
  assert.ok(
    other.output().includes(`others on the same database have \\"${unset.url}\\", \\"https://hub.example.org\\"`),
  )
  await logIn(other.url, other.admin)
  for (const going of [unset, other]) assert.equal(await going.stop(), 0)
  // Who has gone counts no longer.
  const third = await start(hub)
  assert.doesNotMatch(third.output(), /OIH_PUBLIC_URL/)
})

function clientOf(url: string, token: string) {
  return (method: string, path: string, body?: unknown) => callHub(url, method, path, { ...at(token), body })
}

async function until<T>(look: () => Promise<T>, satisfied: (seen: T) => boolean, withinMs = 20_000): Promise<void> {
  const deadline = Date.now() + withinMs
  for (let seen = await look(); !satisfied(seen); seen = await look()) {
    assert.ok(Date.now() < deadline, `it did not come true: ${JSON.stringify(seen)}`)
  }
}
