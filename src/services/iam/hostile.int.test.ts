import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADMIN_PASSWORD, createTestHub } from '../../../test/support/iam-hub.ts'

const users = '/iam/api/v1/users'
const password = 'some-password'

test('POST /login answers any body with 400, 401 or 413, and naming the field', async (t) => {
  const hub = await createTestHub(t)
  const post = (body: unknown) => hub.call('POST', '/iam/login', { body })
  const values: unknown[] = [
    null,
    1,
    true,
    [],
    {},
    ['admin'],
    { $ne: null },
    { toString: 'x' },
    'x'.repeat(1025),
    '',
    'a\u0000b',
    '\ud800',
  ]
  for (const value of values) {
    const named = await post({ username: value, password: 'x' })
    assert.equal(named.status, 400, JSON.stringify(value))
    assert.match(named.body.errors[0].field, /^username/)
    assert.equal((await post({ username: 'admin', password: value })).status, 400)
  }
  for (const body of [{}, { username: 'admin' }, [], '"x"', 'null', '{"username":', '']) {
    assert.equal((await post(body)).status, 400, JSON.stringify(body))
  }
  assert.equal((await post({ username: 'admin', password: 'x'.repeat(20_000) })).status, 413)
  for (const username of [
    `admin' or '1'='1`,
    "admin'--",
    'admin; drop table iam.user',
    '*',
    '%',
    'admin ',
    '\ufdfa'.repeat(1000),
  ]) {
    assert.equal((await post({ username, password: ADMIN_PASSWORD })).status, 401, username)
  }
  assert.deepEqual(
    await hub.events('iam.user.loginFailed').then((all) => new Set(all.map(({ payload }) => payload.id))),
    new Set([undefined]),
  )
})

test('POST /login finds a user by any spelling of the name', async (t) => {
  const hub = await createTestHub(t)
  for (const username of ['admin', 'ADMIN', 'ａｄｍｉｎ', 'Ａdmin']) await hub.login(username, ADMIN_PASSWORD)
  for (const username of ['аdmin', 'admi\u0307n', 'admin\u200b']) {
    assert.equal((await hub.call('POST', '/iam/login', { body: { username, password: ADMIN_PASSWORD } })).status, 401)
  }
})

test('POST /users refuses what is no user, changes nothing, and shows no password', async (t) => {
  const hub = await createTestHub(t)
  const token = await hub.login('admin', ADMIN_PASSWORD)
  const seen = (await hub.events()).length
  const bad: [string, object][] = [
    ['username', { password }],
    ['username', { username: 1, password }],
    ['username', { username: 'x'.repeat(255), password }],
    ['username', { username: 'a b', password }],
    ['username', { username: 'a\u200bb', password }],
    ['username', { username: 'a\u0000b', password }],
    ['username', { username: '\ufdfa'.repeat(200), password }],
    ['password', { username: 'x' }],
    ['password', { username: 'x', password: 'seven77' }],
    ['password', { username: 'x', password: 'x'.repeat(129) }],
    ['password', { username: 'x', password: { $gt: '' } }],
    ['status', { username: 'x', password, status: 'ROOT' }],
    ['tenant', { username: 'x', password, tenant: '1' }],
    ['tenant', { username: 'x', password, tenant: null }],
    ['roles[0]', { username: 'x', password, roles: ['ADMIN'] }],
    ['roles', { username: 'x', password, roles: 'ADMIN' }],
    ['permissions[0]', { username: 'x', password, permissions: [1] }],
    ['passwordHash', { username: 'x', password, passwordHash: 'x' }],
    ['kind', { username: 'x', password, kind: 'service' }],
    ['_id', { username: 'x', password, _id: '1' }],
  ]
  for (const [field, body] of bad) {
    const answer = await hub.call('POST', users, { token, body })
    assert.equal(answer.status, 400, JSON.stringify(body))
    assert.equal(answer.body.errors[0].field, field, JSON.stringify(answer.body))
    assert.doesNotMatch(JSON.stringify(answer.body), /some-password|seven77/)
  }
  assert.equal((await hub.events()).length, seen)
})

test('names with the signs of SQL, JSON and arrays are names', async (t) => {
  const hub = await createTestHub(t)
  const token = await hub.login('admin', ADMIN_PASSWORD)
  for (const username of [`o'brien`, `a";drop--`, '{a,b}', '\\x00', '$1', '%s', '<b>', '😀', 'null']) {
    const made = await hub.call('POST', users, { token, body: { username, password, firstname: username } })
    assert.equal(made.status, 200, username)
    const { body } = await hub.call('GET', `${users}?username=${encodeURIComponent(username)}`, { token })
    assert.deepEqual(
      body.map((user: { id: string; firstname: string }) => [user.id, user.firstname]),
      [[made.body.id, username]],
    )
    await hub.login(username, password)
  }
})

test('GET /users refuses odd queries', async (t) => {
  const hub = await createTestHub(t)
  const token = await hub.login('admin', ADMIN_PASSWORD)
  const many = Array.from({ length: 101 }, () => 'username=a').join('&')
  const odd = [
    'page[size]=0',
    'page[number]=-1',
    'page[number]=1e9',
    'meta=2',
    'filter=x',
    'userId=',
    'username=%00',
    many,
  ]
  for (const query of odd) assert.equal((await hub.call('GET', `${users}?${query}`, { token })).status, 400, query)
})
