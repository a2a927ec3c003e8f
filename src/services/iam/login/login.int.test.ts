import assert from 'node:assert/strict'
import { argon2 } from 'node:crypto'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { ADMIN_PASSWORD, createTestHub, createTwoTenants, hour } from '../../../../test/support/iam-hub.ts'
import type { DeriveKey } from './password.ts'

const derive: DeriveKey = promisify(argon2)

test('POST /login gives a token and its id for the right credentials (case 1)', async (t) => {
  const hub = await createTestHub(t)
  const before = await hub.events()
  const answer = await hub.call('POST', '/iam/login', {
    body: { username: 'ADMIN', password: ADMIN_PASSWORD, 'remember-me': true },
  })
  assert.equal(answer.status, 200)
  assert.deepEqual(Object.keys(answer.body).toSorted(), ['id', 'token'])
  assert.match(answer.body.token, /^oih_[0-9A-Za-z]{49}$/)
  assert.equal(answer.headers.get('set-cookie'), null)
  const me = await hub.call('GET', '/iam/api/v1/users/me', { token: answer.body.token })
  const [event, ...others] = (await hub.events()).slice(before.length)
  assert.deepEqual(others, [])
  assert.equal(event?.name, 'iam.token.created')
  const { expiresAt, ...rest } = event?.payload ?? {}
  assert.deepEqual(rest, {
    user: me.body.id,
    tenant: me.body.tenant,
    id: answer.body.id,
    accountId: me.body.id,
    type: 'SELF',
  })
  assert.ok(Math.abs(Date.parse(String(expiresAt)) - Date.now() - 12 * hour) < 60_000)
})

test('POST /login refuses unknown users, wrong passwords and the not active alike, with one hash each (case 2)', async (t) => {
  let hashes = 0
  const count: DeriveKey = (...args) => {
    hashes++
    return derive(...args)
  }
  const hub = await createTestHub(t, { passwords: { derive: count } })
  const { admin, a } = await createTwoTenants(hub)
  await hub.superuser.query(`update iam.user set status = 'DISABLED' where username = 'plain-a'`)
  await hub.superuser.query(`update iam.tenant set status = 'DISABLED' where name = 'b'`)
  const attempts = [
    ['nobody', 'x'],
    ['admin', 'wrong'],
    ['plain-a', 'plain-a-password'],
    ['plain-b', 'plain-b-password'],
    ['component-orchestrator', 'x'],
  ]
  await hub.iam.issueServiceToken('component-orchestrator', [])
  const answers: unknown[] = []
  const hashed: number[] = []
  for (const [username, password] of attempts) {
    hashes = 0
    const { status, body } = await hub.call('POST', '/iam/login', { body: { username, password } })
    const { instance, ...problem } = body
    answers.push({ status, problem })
    hashed.push(hashes)
  }
  assert.deepEqual(hashed, [1, 1, 1, 1, 1])
  for (const answer of answers) assert.deepEqual(answer, answers[0])
  assert.partialDeepStrictEqual(answers[0], { status: 401, problem: { code: 'login-failed' } })
  const failed = (await hub.events('iam.user.loginFailed')).map(({ payload }) => payload)
  assert.equal(failed.length, 5)
  const { body: me } = await hub.call('GET', '/iam/api/v1/users/me', { token: admin })
  assert.deepEqual(failed[1], { id: me.id, tenant: me.tenant, address: '127.0.0.1' })
  assert.deepEqual(failed[2], { id: a.plainId, tenant: a.tenant, address: '127.0.0.1' })
  assert.deepEqual(Object.keys(failed[0] ?? {}), ['usernameHash'])
  assert.notEqual(failed[0]?.usernameHash, failed[4]?.usernameHash)
})

test('POST /login tells of every failure, beyond five a minute in one event, also in parallel and over a restart', async (t) => {
  const hub = await createTestHub(t, { unthrottled: true })
  const other = await hub.fork({ unthrottled: true })
  const attempt = (process: typeof other) =>
    process.call('POST', '/iam/login', { body: { username: 'Admin', password: 'wrong' } })
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => attempt(index % 2 ? hub : other)))
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([401]))
  assert.equal((await hub.events('iam.user.loginFailed')).length, 5)
  hub.advance(61_000)
  await attempt(other)
  const told = (await hub.events('iam.user.loginFailed')).map(({ payload }) => payload.count)
  assert.deepEqual(told, [undefined, undefined, undefined, undefined, undefined, 15, undefined])
})

test('POST /login of a user whose password is changed while it is checked gives no token', async (t) => {
  const reached = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  let held = false
  const hub = await createTestHub(t, {
    passwords: {
      async derive(...args) {
        if (held) {
          reached.resolve()
          await release.promise
        }
        return derive(...args)
      },
    },
  })
  held = true
  const login = hub.call('POST', '/iam/login', { body: { username: 'admin', password: ADMIN_PASSWORD } })
  await reached.promise
  await hub.superuser.query(`update iam.user set status = 'DISABLED'`)
  release.resolve()
  assert.equal((await login).status, 401)
  assert.deepEqual(await hub.superuser.query('select * from iam.token'), [])
})

test('POST /login refuses what would wait too long, and the health check answers meanwhile', async (t) => {
  const release = Promise.withResolvers<void>()
  let running = 0
  let most = 0
  const reached = Promise.withResolvers<void>()
  let held = false
  const hub = await createTestHub(t, {
    passwords: {
      async derive(...args) {
        if (!held) return derive(...args)
        most = Math.max(most, ++running)
        if (running === 2) reached.resolve()
        await release.promise
        running--
        return Buffer.alloc(args[1].tagLength)
      },
    },
  })
  held = true
  const refused = Promise.withResolvers<void>()
  let refusals = 0
  const logins = Array.from({ length: 100 }, async (_, index) => {
    const answer = await hub.call('POST', '/iam/login', { body: { username: `user-${index}`, password: 'x' } })
    if (answer.status === 503 && ++refusals === 34) refused.resolve()
    return answer
  })
  await Promise.all([reached.promise, refused.promise])
  assert.equal((await hub.call('GET', '/iam/healthcheck')).status, 200)
  release.resolve()
  const answers = await Promise.all(logins)
  assert.equal(most, 2)
  assert.deepEqual(
    [401, 503].map((status) => answers.filter((answer) => answer.status === status).length),
    [66, 34],
  )
  assert.equal(answers.find(({ status }) => status === 503)?.headers.get('retry-after'), '2')
})

test('100 logins at a time with real hashes leave the health check answering', async (t) => {
  const hub = await createTestHub(t, { unthrottled: true })
  let pending = 100
  const logins = Array.from({ length: 100 }, () =>
    hub.call('POST', '/iam/login', { body: { username: 'admin', password: 'wrong' } }).finally(() => pending--),
  )
  // Hashes on the main thread would let an answer through between two of them at best: one a login.
  let looks = 0
  while (pending > 0) {
    assert.equal((await hub.call('GET', '/iam/healthcheck')).status, 200)
    looks++
  }
  await Promise.all(logins)
  assert.ok(looks > 100, `${looks} health checks were answered beside 100 logins`)
})
