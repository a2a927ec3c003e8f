import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as openid from 'openid-client'
import { ADMIN_PASSWORD, createTestHub } from '../../../../test/support/iam-hub.ts'
import { createBrowser, finish, registerApplication } from '../../../../test/support/openid.ts'

const credentials = { username: 'admin', password: ADMIN_PASSWORD }

test('the code flow signs a user in, through the pages of login and consent', async (t) => {
  const hub = await createTestHub(t)
  const token = await hub.login('admin', ADMIN_PASSWORD)
  const app = await registerApplication(hub, token)
  const begun = await app.begin({ scope: 'openid global offline_access', prompt: 'consent' })
  const browser = createBrowser(hub)

  const login = await browser.open(begun.url)
  assert.equal(login.status, 200)
  assert.match(login.html, /Sign in/)
  const consent = await browser.submit(login, `${new URL(login.url).pathname}/login`, credentials)
  assert.match(consent.html, /Allow The &#60;b&#62;web&#60;\/b&#62; application\?/)
  assert.match(consent.html, /app\.example\.org/)
  const back = await browser.submit(consent, `${new URL(consent.url).pathname}/consent`)
  assert.ok(back.url.startsWith(`${app.redirectUri}?code=`), back.url + back.html)

  const tokens = await finish(app, begun, back.url)
  const { body: me } = await hub.call('GET', '/iam/api/v1/users/me', { token })
  assert.equal(tokens.claims()?.sub, me.id)
  assert.equal(tokens.claims()?.iss, `${hub.url}/iam/op`)
  const told = await openid.fetchUserInfo(app.config, tokens.access_token, me.id)
  const roles = me.roles.map(({ id, name }: { id: string; name: string }) => ({ id, name }))
  const { tenant } = me
  const expected = {
    sub: me.id,
    username: 'admin',
    status: 'ACTIVE',
    roles,
    tenant,
    permissions: ['all'],
    confirmed: true,
  }
  assert.deepEqual(told, expected)
  assert.equal((await hub.call('GET', '/iam/api/v1/users/me', { token: tokens.access_token })).status, 401)
})
