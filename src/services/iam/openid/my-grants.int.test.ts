import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as openid from 'openid-client'
import { createTestHub, createTwoTenants } from '../../../../test/support/iam-hub.ts'
import { registerApplication, signIn } from '../../../../test/support/openid.ts'

const grants = '/iam/api/v1/users/me/grants'

test('users see what they have granted, and take it back', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a, b } = await createTwoTenants(hub)
  const app = await registerApplication(hub, admin)
  const other = await registerApplication(hub, admin, { trusted: true, redirectUri: 'https://other.example.org/' })
  const plain = { username: 'plain-a', password: 'plain-a-password' }
  const offline = { scope: 'openid global offline_access', prompt: 'consent' }
  const before = Date.now() - 1_000
  const { tokens: first } = await signIn(hub, app, plain, offline)
  const { tokens: second } = await signIn(hub, app, plain)
  const { tokens: third } = await signIn(hub, other, plain)
  const list = async (token: string) => (await hub.call('GET', grants, { token })).body.data
  const [one, two, ...more] = (await list(a.plain)).toSorted((x: { id: string }) => (x.id === app.id ? -1 : 1))
  assert.deepEqual(more, [])
  const { grantedAt, expiresAt, ...told } = one
  const name = 'The <b>web</b> application'
  const all = ['openid', 'profile', 'global', 'offline_access']
  assert.deepEqual(told, { id: app.id, name, trusted: false, scopes: all, tenants: [a.tenant] })
  assert.ok(Date.parse(grantedAt) >= before && Date.parse(expiresAt) > Date.parse(grantedAt))
  assert.deepEqual([two.id, two.trusted, two.scopes], [other.id, true, ['openid', 'profile']])
  assert.deepEqual(await list(b.plain), [])

  const takeBack = (token: string, id = app.id) => hub.call('DELETE', `${grants}/${id}`, { token })
  assert.equal((await takeBack(b.plain)).status, 404)
  const isActive = async (value = '') => (await openid.tokenIntrospection(app.config, value)).active
  assert.equal(await isActive(first.refresh_token), true)
  assert.equal((await takeBack(a.plain)).status, 204)
  for (const value of [first.access_token, first.refresh_token, second.access_token]) {
    assert.equal(await isActive(value), false)
  }
  assert.equal(await isActive(third.access_token), true)
  assert.deepEqual(
    (await list(a.plain)).map(({ id }: { id: string }) => id),
    [other.id],
  )
  assert.equal((await takeBack(a.plain)).status, 404)
  assert.equal((await takeBack(a.plain, 'x')).status, 400)
  assert.equal((await hub.call('GET', grants)).status, 401)
})

test('an application that has lost what was granted asks again', async (t) => {
  const hub = await createTestHub(t)
  const { admin } = await createTwoTenants(hub)
  const app = await registerApplication(hub, admin)
  const credentials = { username: 'plain-a', password: 'plain-a-password' }
  const { browser } = await signIn(hub, app, credentials)
  assert.ok((await browser.open((await app.begin()).url)).url.startsWith(app.redirectUri))
  const token = await hub.login(credentials.username, credentials.password)
  assert.equal((await hub.call('DELETE', `${grants}/${app.id}`, { token })).status, 204)
  assert.match((await browser.open((await app.begin()).url)).html, /Allow The/)
})
