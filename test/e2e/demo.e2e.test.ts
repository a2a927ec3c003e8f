import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { chooseDeliveries, type Delivery } from '../../src/demo/deliveries.ts'
import type { HubCall } from '../../src/demo/hub-call.ts'
import { loadDemo } from '../../src/demo/load.ts'
import { openStream } from '../support/event-stream.ts'
import { callHub, type HubAnswer, type HubClient, logIn } from '../support/hub-client.ts'
import { testAdmin } from '../support/hub-process.ts'
import { startOihCommand } from '../support/oih-command.ts'
import { createTenant, startTestHub } from '../support/test-hub.ts'

const deliveries = chooseDeliveries(createRequire(import.meta.url)('@octokit/webhooks-examples'))

const oih = async (t: TestContext, url: string, seconds: number, password: string = testAdmin.password) => {
  const command = startOihCommand(t, { args: ['demo', '--url', url, '--seconds', String(seconds)], password })
  return { code: await command.exited, output: command.output() }
}

/** The users whom the output shows, by name, with their passwords. */
function usersIn(output: string): { username: string; password: string }[] {
  const shown = output.matchAll(/User "(\S+)" is created.*\n +password (\S+) /g)
  return [...shown].map(([, username = '', password = '']) => ({ username, password }))
}

async function demoIn(admin: HubClient) {
  const tenants: { id: string; name: string }[] = await admin.expect('GET', '/iam/api/v1/tenants')
  const users: { username: string }[] = await admin.expect('GET', '/iam/api/v1/users')
  const { data: flows } = await admin.expect('GET', '/flow-repository/flows')
  return {
    tenants: tenants.filter(({ name }) => name === 'Acme Demo').map(({ id }) => id),
    users: users
      .map(({ username }) => username)
      .filter((name) => name.startsWith('demo-'))
      .sort(),
    flows: flows as { id: string; name: string; status: string; tenant: string; generation: number }[],
  }
}

/** Every entry of the audit log. */
async function auditOf(admin: HubClient): Promise<HubAnswer['body'][]> {
  const entries = []
  for (let page = 1; ; page += 1) {
    const { data, meta } = await admin.expect('GET', `/audit-log/logs?page[size]=100&page[number]=${page}`)
    entries.push(...data)
    if (page >= meta.totalPages) return entries
  }
}

/** What the steps of a run should emit in the end for a delivery, worked out without JSONata. */
function expectedOf({ event, payload }: Delivery): unknown[] {
  // biome-ignore lint/suspicious/noExplicitAny: GitHub's payloads have many forms
  const { action, issue, repository, ref, commits } = payload as any
  if (event === 'push') {
    const branch = ref.replace('refs/heads/', '')
    return commits.map(({ id, message, author, timestamp }: Record<string, string> & { author: { name: string } }) => ({
      line: `${timestamp?.slice(0, 10)}  ${repository.full_name} (${branch}): ${message}, by ${author.name} in ${id?.slice(0, 7)}`,
    }))
  }
  if (action !== 'opened') return []
  return [
    {
      key: `${repository.name.toUpperCase()}-${issue.number}`,
      title: issue.title,
      text: issue.body,
      labels: issue.labels.map(({ name }: { name: string }) => name),
      reporter: issue.user.login,
      link: issue.html_url,
    },
  ]
}

/** What came out of a run's last step, without the delivery's id, which is new each time. */
async function resultOf(admin: HubClient, runId: string): Promise<unknown[]> {
  const { data } = await admin.expect('GET', `/component-orchestrator/executions/${runId}`)
  const last = data.steps.filter(({ stepId }: { stepId: string }) => stepId === 'ticket' || stepId === 'line')
  return last
    .flatMap(({ output }: { output: { data: Record<string, unknown> }[] }) => output)
    .map(({ data: { delivery: _, ...result } }: { data: Record<string, unknown> }) => result)
}

describe('oih demo', () => {
  test('fills an empty hub, whose live page moves, and shows passwords to nobody else', async (t) => {
    const { url, admin, process } = await startTestHub(t, { env: { OIH_LOG_LEVEL: 'debug' } })
    const stream = await openStream(t, `${url}/event-bus/live`, { authorization: `Bearer ${admin.token}` })
    const { code, output } = await oih(t, url, 5)
    assert.equal(code, 0, output)

    const users = usersIn(output)
    assert.deepEqual(users.map(({ username }) => username).sort(), ['demo-admin', 'demo-auditor', 'demo-engineer'])
    const { tenants, flows } = await demoIn(admin)
    assert.equal(tenants.length, 1)
    assert.deepEqual(
      flows.map(({ status, tenant }) => [status, tenant]),
      [1, 2].map(() => ['active', tenants[0]]),
    )
    for (const user of users) {
      const client = await logIn(url, user)
      const me = await client.expect('GET', '/iam/api/v1/users/me')
      assert.deepEqual([me.tenant, me.isAdmin], [tenants[0], false])
      // Whoever may create flows is told that this is none.
      const creates = await client.call('POST', '/flow-repository/flows', {})
      assert.equal(creates.status, user.username === 'demo-auditor' ? 403 : 400)
      const audits = await client.call('GET', '/audit-log/logs')
      assert.equal(audits.status, user.username === 'demo-engineer' ? 403 : 200)
    }

    const { data: runs } = await admin.until(
      '/component-orchestrator/executions',
      ({ data }) => data.length === 5 && data.every(({ status }: { status: string }) => status === 'success'),
    )
    const results = await Promise.all(runs.toReversed().map(({ id }: { id: string }) => resultOf(admin, id)))
    assert.deepEqual(results, deliveries.slice(0, 5).map(expectedOf))
    assert.deepEqual(
      results.map(({ length }) => length),
      [1, 1, 1, 1, 0],
    )

    const happened = () => stream.messages.items.map(({ data }) => data.event.headers.name)
    const restarted = (names: readonly string[]) => names.filter((name) => name === 'flow.started').length === 3
    await stream.messages.until(() => restarted(happened()))
    for (const name of ['iam.tenant.created', 'iam.user.created', 'iam.user.loginFailed', 'flow.stopped']) {
      assert.ok(happened().includes(name), name)
    }
    const { data: failed } = await admin.until(
      '/audit-log/logs?filter[name]=iam.user.loginFailed',
      ({ data }) => data[0],
    )
    assert.equal(failed.length, 1)
    const { data: started } = await admin.until(
      '/audit-log/logs?filter[name]=flow.started',
      ({ meta }) => meta.total === 3,
    )
    assert.ok(started.every(({ payload }: HubAnswer['body']) => payload.tenant === tenants[0]))

    const seen = JSON.stringify([stream.messages.items, await auditOf(admin)]) + process.output()
    assert.ok(
      seen.includes('demo-engineer') && process.output().includes('/iam/login'),
      'it is looked at the right place',
    )
    for (const { password } of [...users, testAdmin]) assert.equal(seen.includes(password), false)
  })

  test('loaded twice makes nothing twice, leaves stopped flows alone, and goes on with deliveries', async (t) => {
    const { url, admin } = await startTestHub(t)
    assert.equal((await oih(t, url, 0)).code, 0)
    const before = await demoIn(admin)
    const stopped = before.flows[0]?.id
    await admin.expect('POST', `/flow-repository/flows/${stopped}/stop`)
    await admin.until(`/flow-repository/flows/${stopped}`, ({ data }) => data.status === 'inactive')
    const { code, output } = await oih(t, url, 2)
    assert.equal(code, 0, output)
    assert.match(output, /there already: nothing was changed/)
    assert.match(output, /nobody signs in as them/)
    assert.match(output, /1 GitHub deliveries were taken in, 1 refused/)
    assert.deepEqual(usersIn(output), [])
    const after = await demoIn(admin)
    assert.deepEqual([after.tenants, after.users], [before.tenants, before.users])
    assert.deepEqual(
      after.flows.map(({ id, status }) => [id, status]),
      before.flows.map(({ id }) => [id, id === stopped ? 'inactive' : 'active']),
    )
  })

  test('completes what an earlier load has begun, wherever that was cut off', async (t) => {
    const { url, admin } = await startTestHub(t)
    const report = { onProgress: () => {}, onUser: () => {} }
    // The numbers of changes after which the loader dies: tenant; two users; a user and an engineer who can sign in; a flow; a started one.
    for (const changes of [1, 2, 3, 3, 4]) {
      await assert.rejects(loadDemo(callUntil(url, admin, changes), report), /dead/)
    }
    const { users, wasThere } = await loadDemo(callUntil(url, admin, Number.POSITIVE_INFINITY), report)
    assert.deepEqual([users, wasThere], [[], false])
    const present = await demoIn(admin)
    assert.equal(present.tenants.length, 1)
    assert.deepEqual(
      present.flows.map(({ name, status, generation }) => [name, status, generation]),
      [
        ['GitHub issues to tickets', 'active', 1],
        ['GitHub pushes to a change log', 'active', 1],
      ],
    )
    assert.deepEqual(
      present.users.filter((name) => !name.startsWith('demo-engineer')),
      ['demo-admin', 'demo-auditor'],
    )
    const again = await loadDemo(callUntil(url, admin, 0), report)
    assert.equal(again.wasThere, true)
    assert.deepEqual(await demoIn(admin), present)
  })

  test('is ended by Ctrl-C, and withdraws its token', async (t) => {
    const { url, admin } = await startTestHub(t)
    const command = startOihCommand(t, {
      args: ['demo', '--url', url, '--password-stdin'],
      stdin: `${testAdmin.password}\n`,
    })
    await command.says(/demo-engineer signed in/)
    command.interrupt()
    assert.equal(await command.exited, 130, command.output())
    // Its own, that of the engineer who made the flows, and that of the one who looked around.
    await admin.until('/audit-log/logs?filter[name]=iam.token.deleted', ({ meta }) => meta.total === 3)
  })

  test('says what is wrong', async (t) => {
    const { url, admin } = await startTestHub(t)
    const run = async (options: Parameters<typeof startOihCommand>[1]) => {
      const command = startOihCommand(t, options)
      return { code: await command.exited, output: command.output() }
    }
    const wrong = await oih(t, url, 0, 'not the password')
    assert.equal(wrong.code, 1)
    assert.match(wrong.output, /^Cannot sign in as "admin" .*\(401\): The username or the password is wrong/)
    assert.equal(wrong.output.includes('not the password'), false)

    const member = { username: 'mona', password: 'a password of hers' }
    const tenant = await createTenant(admin)
    await admin.expect('POST', '/iam/api/v1/users', { ...member, tenant })
    const refused = await run({
      args: ['demo', '--url', url, '--username', member.username],
      password: member.password,
    })
    assert.deepEqual(refused, {
      code: 1,
      output: 'Cannot load the demo as user "mona" must have the permission "all"\n',
    })
    assert.deepEqual((await demoIn(admin)).tenants, [])

    const stranger = { username: 'demo-auditor', password: 'a password of his' }
    await admin.expect('POST', '/iam/api/v1/users', { ...stranger, tenant })
    const taken = await oih(t, url, 0)
    assert.equal(taken.code, 1)
    assert.match(taken.output, /^Cannot load the demo as user "demo-auditor" must not exist outside/)
    assert.deepEqual((await demoIn(admin)).tenants, [])

    const unasked = await run({ args: ['demo', '--url', url] })
    assert.equal(unasked.code, 2)
    assert.match(unasked.output, /--password-stdin, or set OIH_PASSWORD/)
    for (const args of [['--seconds', '1.5'], ['--seconds', '-1'], ['--url', 'hub'], ['--port', '1'], ['now']]) {
      const { code, output } = await run({ args: ['demo', ...args], password: 'x' })
      assert.equal(code, 2, `${args}: ${output}`)
    }
  })

  test('says that there is no hub', async (t) => {
    const server = createServer((_, response) => response.writeHead(404).end('<html>'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.after(() => server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const other = await oih(t, url, 0)
    assert.equal(other.code, 1)
    assert.match(other.output, /must be an Open Integration Hub: it answers with 404\n$/)
    await new Promise((resolve) => server.close(resolve))
    const none = await oih(t, url, 0)
    assert.equal(none.code, 1)
    assert.match(none.output, /^Cannot reach the hub at "http:\S+": connect ECONNREFUSED .*npm start/)
  })
})

/** Calls of the administrator, until the loader dies: after so many changes, and before it gets the answer to the last one. */
function callUntil(url: string, admin: HubClient, changes: number): HubCall {
  let left = changes
  let isDead = false
  return async ({ method, path, body, token = admin.token, headers }) => {
    if (isDead || (method !== 'GET' && left === 0)) throw new Error('The loader is dead')
    if (method !== 'GET') left -= 1
    const answer = await callHub(url, method, path, { body, headers: { ...headers, authorization: `Bearer ${token}` } })
    isDead = method !== 'GET' && left === 0
    if (isDead) throw new Error('The loader is dead')
    return answer
  }
}
