import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADMIN_PASSWORD, createTestHub, createTwoTenants, type TestHub } from '../../../../test/support/iam-hub.ts'

const path = '/iam/api/v1/users/me/password'
const next = 'another one of hers'

/** Changes the password of whoever has the token. */
const change = (hub: Pick<TestHub, 'call'>, token: string, currentPassword: string, newPassword = next) =>
  hub.call('PUT', path, { token, body: { currentPassword, newPassword } })

const status = async (hub: TestHub, token: string) => (await hub.call('GET', '/iam/api/v1/users/me', { token })).status

test('PUT /users/me/password changes it for whoever knows the present one, and ends all other logins', async (t) => {
  const hub = await createTestHub(t)
  const { a } = await createTwoTenants(hub)
  const elsewhere = await hub.login('plain-a', 'plain-a-password')
  const before = (await hub.events()).length
  const answer = await change(hub, a.plain, 'plain-a-password')
  assert.deepEqual([answer.status, answer.body], [204, undefined])
  assert.deepEqual([await status(hub, a.plain), await status(hub, elsewhere)], [200, 401])
  const events = (await hub.events()).slice(before)
  assert.deepEqual(
    events.map(({ name }) => name),
    ['iam.token.deleted', 'iam.user.modified'],
  )
  const by = { user: a.plainId, tenant: a.tenant }
  assert.deepEqual(events[1]?.payload, { ...by, id: a.plainId, changed: ['password'], before: {}, after: {} })
  await hub.login('plain-a', next)
  const old = await hub.call('POST', '/iam/login', { body: { username: 'plain-a', password: 'plain-a-password' } })
  assert.equal(old.status, 401)
  assert.doesNotMatch(hub.logs.join(), /another one|a-password/)
})

test('PUT /users/me/password is for users of no tenant and of several too', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a, b } = await createTwoTenants(hub)
  const body = { username: 'alone', password: 'a-password-of-one', permissions: ['iam.tenant.read'] }
  assert.equal((await hub.call('POST', '/iam/api/v1/users', { token: admin, body })).status, 200)
  const alone = await hub.login('alone', 'a-password-of-one')
  assert.equal((await change(hub, alone, 'a-password-of-one')).status, 204)
  await hub.call('PUT', `/iam/api/v1/tenants/${b.tenant}/users/${a.plainId}`, { token: admin, body: {} })
  assert.equal((await change(hub, a.plain, 'plain-a-password')).status, 204)
  for (const username of ['alone', 'plain-a']) await hub.login(username, next)
})

test('PUT /users/me/password takes a wrong present password for a failed login, and throttles it as one', async (t) => {
  const hub = await createTestHub(t)
  const { a } = await createTwoTenants(hub)
  const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => change(hub, a.plain, `wrong-${n}`)))
  const count = (wanted: number) => answers.filter((answer) => answer.status === wanted).length
  assert.deepEqual([count(403), count(429)], [5, 7])
  const refused = answers.find((answer) => answer.status === 403)
  assert.equal(refused?.body.errors[0].field, 'currentPassword')
  assert.doesNotMatch(JSON.stringify(answers.map(({ body }) => body)), /wrong-\d|another one/)
  // The same counts: neither the login nor the right password gets through meanwhile.
  const login = { username: 'plain-a', password: 'plain-a-password' }
  assert.equal((await hub.call('POST', '/iam/login', { body: login })).status, 429)
  assert.equal((await change(hub, a.plain, 'plain-a-password')).status, 429)
  const [failed] = await hub.events('iam.user.loginFailed')
  assert.deepEqual(failed?.payload, { id: a.plainId, tenant: a.tenant, address: '127.0.0.1' })
  hub.advance(31_000)
  // The right one does not count, however often.
  let present = 'plain-a-password'
  for (const wanted of ['first', 'second', 'third', 'fourth', 'fifth', 'sixth']) {
    const newPassword = `the ${wanted} of several`
    assert.equal((await change(hub, a.plain, present, newPassword)).status, 204)
    present = newPassword
  }
})

test('PUT /users/me/password: of parallel changes one counts, and a token that ends meanwhile changes nothing', async (t) => {
  const hub = await createTestHub(t)
  const { a, b } = await createTwoTenants(hub)
  const changes = ['first', 'second', 'third'].map((word) =>
    change(hub, a.plain, 'plain-a-password', `${word} of the three`),
  )
  const statuses = (await Promise.all(changes)).map((answer) => answer.status)
  assert.deepEqual(statuses.toSorted(), [204, 403, 403])
  const under = change(hub, b.plain, 'plain-b-password')
  await hub.call('POST', '/iam/logout', { token: b.plain })
  const { status: late } = await under
  const works = await hub.call('POST', '/iam/login', { body: { username: 'plain-b', password: next } })
  assert.equal(works.status, late === 204 ? 200 : 401)
})

test('PUT /users/me/password is not for services, and wants both passwords', async (t) => {
  const hub = await createTestHub(t)
  const { a } = await createTwoTenants(hub)
  const { token } = await hub.iam.issueServiceToken('audit-log', [])
  assert.equal((await change(hub, token, 'whatever it is')).status, 403)
  assert.equal((await hub.call('PUT', path, { body: {} })).status, 401)
  for (const body of [
    { newPassword: next },
    { currentPassword: 'plain-a-password' },
    { currentPassword: [], newPassword: {} },
  ]) {
    assert.equal((await hub.call('PUT', path, { token: a.plain, body })).status, 400)
  }
})

test('a password that many use, or that names the account, is refused wherever one is set', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  await hub.call('PATCH', `/iam/api/v1/tenants/${a.tenant}`, { token: admin, body: { name: 'Smith & Sons' } })
  const users = '/iam/api/v1/users'
  const set = (password: string) => [
    hub.call('POST', users, { token: a.boss, body: { username: 'newcomer', password } }),
    hub.call('PATCH', `${users}/${a.plainId}`, { token: a.boss, body: { password, username: 'newcomer' } }),
    hub.call('PUT', `${users}/${a.plainId}`, { token: a.boss, body: { password, username: 'newcomer' } }),
    hub.call('PATCH', `${users}/${a.plainId}`, { token: admin, body: { password, username: 'newcomer' } }),
    change(hub, a.plain, 'plain-a-password', password),
  ]
  for (const password of ['Football1', 'smithsons2026', 'openintegrationhub']) {
    const answers = await Promise.all(set(password))
    for (const [index, { status: answered, body }] of answers.entries()) {
      assert.deepEqual([answered, body.code], [400, 'invalid-body'], `${password}: ${JSON.stringify(body)}`)
      assert.equal(body.errors[0].field, index === 4 ? 'newPassword' : 'password')
      assert.ok(!JSON.stringify(body).includes(password))
    }
  }
  for (const answer of await Promise.all(set('newcomer-1').slice(0, 4))) assert.equal(answer.status, 400)
  assert.equal((await change(hub, a.plain, 'plain-a-password', 'plain-a!')).status, 400)
  await hub.login('plain-a', 'plain-a-password')
})

test('a password of before the policy still works', async (t) => {
  const hub = await createTestHub(t)
  await createTwoTenants(hub)
  // The hash of "password", as the first versions stored it.
  const hash = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'
  await hub.superuser.query(`update iam.user set password_hash = $1 where username = 'plain-a'`, [hash])
  const token = await hub.login('plain-a', 'password')
  assert.equal((await change(hub, token, 'password')).status, 204)
  await hub.login('admin', ADMIN_PASSWORD)
})
