import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createLogger } from '#lib/logger'
import { ADMIN_PASSWORD, createTestHub, createTwoTenants, type Process } from '../../../../test/support/iam-hub.ts'
import { createLoginThrottle } from './login-throttle.ts'

/** Tries to log in from an address, as a proxy that is trusted reports it. */
const from = (address: string) => (process: Process, username: string, password: string) =>
  process.call('POST', '/iam/login', { body: { username, password }, headers: { 'x-forwarded-for': address } })

const trusted = { trustProxy: ['127.0.0.1'] }
const count = (answers: readonly { status: number }[], wanted: number) =>
  answers.filter(({ status }) => status === wanted).length

describe('failed logins are throttled', () => {
  test('an account from one address: five of 100 parallel tries on two processes are looked at', async (t) => {
    const hub = await createTestHub(t, trusted)
    const other = await hub.fork(trusted)
    const tries = Array.from({ length: 100 }, (_, n) => from('203.0.113.1')(n % 2 ? hub : other, 'admin', `wrong-${n}`))
    const answers = await Promise.all(tries)
    assert.deepEqual([count(answers, 401), count(answers, 429)], [5, 95])
    const refused = answers.find(({ status }) => status === 429)
    assert.equal(refused?.body.code, 'too-many-requests')
    const wait = Number(refused?.headers.get('retry-after'))
    assert.ok(wait >= 25 && wait <= 30, `retry after ${wait} s`)
    // The right password is not looked at either: it would tell a guesser that it is right.
    assert.equal((await from('203.0.113.1')(hub, 'admin', ADMIN_PASSWORD)).status, 429)
    hub.advance(31_000)
    assert.equal((await from('203.0.113.1')(hub, 'admin', ADMIN_PASSWORD)).status, 200)
    const told = (await hub.events('iam.user.loginFailed')).map(({ payload }) => Number(payload.count ?? 1))
    hub.advance(61_000)
    await from('203.0.113.1')(hub, 'admin', 'wrong')
    const all = (await hub.events('iam.user.loginFailed')).map(({ payload }) => Number(payload.count ?? 1))
    assert.ok(told.length >= 5)
    assert.equal(
      all.reduce((sum, each) => sum + each, 0),
      102,
    )
  })

  test('an account from many addresses, and its owner at the usual place is not shut out', async (t) => {
    const hub = await createTestHub(t, trusted)
    await createTwoTenants(hub)
    const home = from('198.51.100.7')
    assert.equal((await home(hub, 'plain-a', 'plain-a-password')).status, 200)
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => from(`203.0.113.${n + 1}`)(hub, 'plain-a', 'wrong')),
    )
    assert.deepEqual([count(answers, 401), count(answers, 429)], [20, 40])
    assert.equal((await home(hub, 'plain-a', 'plain-a-password')).status, 200)
    assert.equal((await from('192.0.2.1')(hub, 'plain-a', 'plain-a-password')).status, 429)
    hub.advance(30 * 21_000)
    assert.equal((await from('192.0.2.1')(hub, 'plain-a', 'plain-a-password')).status, 200)
  })

  test('an address that tries many names, whether anybody has them or not', async (t) => {
    const hub = await createTestHub(t, {
      ...trusted,
      passwords: { derive: async (...args) => Buffer.alloc(args[1].tagLength), mostWaiting: 1_000 },
    })
    const answers = await Promise.all(
      Array.from({ length: 130 }, (_, n) => from('2001:db8:1:2::1')(hub, `name-${n}`, 'wrong')),
    )
    const looked = count(answers, 401)
    // One more every two seconds that this takes.
    assert.ok(looked >= 100 && looked < 110, `${looked} were looked at`)
    assert.equal(looked + count(answers, 429), 130)
    assert.equal((await from('2001:db8:1:2:ffff::2')(hub, 'another', 'wrong')).status, 429)
    assert.equal((await from('2001:db8:1:3::1')(hub, 'another', 'wrong')).status, 401)
  })

  test('users and names that nobody has, alike', async (t) => {
    const hub = await createTestHub(t, trusted)
    const outcomes = []
    for (const [index, username] of ['admin', 'nobody'].entries()) {
      const seen = []
      for (let n = 0; n < 7; n++) seen.push((await from(`203.0.113.${index}`)(hub, username, 'wrong')).status)
      outcomes.push(seen)
    }
    assert.deepEqual(outcomes[0], [401, 401, 401, 401, 401, 429, 429])
    assert.deepEqual(outcomes[1], outcomes[0])
  })
})

test('right logins do not count, however many and however parallel', async (t) => {
  const hub = await createTestHub(t)
  for (let round = 0; round < 4; round++) {
    const answers = await Promise.all(Array.from({ length: 5 }, () => hub.login('admin', ADMIN_PASSWORD)))
    assert.equal(answers.length, 5)
  }
  const rows = await hub.superuser.query<{ ahead: boolean }>(
    `select tat > clock_timestamp() + interval '1 second' as ahead from iam.login_pace`,
  )
  assert.ok(rows.every(({ ahead }) => !ahead))
})

test('nothing is kept of addresses and names but keyed hashes, and nothing for ever', async (t) => {
  const hub = await createTestHub(t, trusted)
  await from('203.0.113.77')(hub, 'admin', ADMIN_PASSWORD)
  await from('203.0.113.77')(hub, 'Secret Name', 'wrong')
  const kept = async () =>
    JSON.stringify([
      await hub.superuser.query('select * from iam.login_pace'),
      await hub.superuser.query('select * from iam.login_place'),
    ])
  assert.doesNotMatch(await kept(), /203\.0\.113|secret name/i)
  const lines = async () => [
    (await hub.superuser.query('select from iam.login_pace')).length,
    (await hub.superuser.query('select from iam.login_place')).length,
  ]
  assert.deepEqual(await lines(), [6, 1])
  const later = (ms: number) => {
    const logger = createLogger({ level: 'silent' })
    return createLoginThrottle({ db: hub.db, clock: () => new Date(Date.now() + ms), masterKey: hub.masterKey, logger })
  }
  await later(60_000).settle(100)
  assert.deepEqual(await lines(), [0, 1])
  await later(31 * 86_400_000).settle(100)
  assert.deepEqual(await lines(), [0, 0])
})
