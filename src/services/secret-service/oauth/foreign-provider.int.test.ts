import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  beginFlow,
  CALLBACK,
  clientOf,
  comeBack,
  createClient,
  readSecret,
} from '../../../../test/support/connecting.ts'
import { account, browse, startForeignProvider } from '../../../../test/support/foreign-provider.ts'
import { SECRETS, setupSecretService } from '../../../../test/support/secret-service.ts'

// Against an authorization server that is not ours: oidc-provider, which wants PKCE, rotates refresh tokens, and revokes all that came of a consent
// when one of them is used twice.

const credentials = { clientId: 'hub', clientSecret: "hub's secret" }

async function setup(t: TestContext) {
  const hub = await setupSecretService(t)
  const callback = `${hub.url}${CALLBACK}`
  const provider = await startForeignProvider(t, callback)
  const me = hub.reader()
  const endpoints = {
    auth: `${provider.url}/auth?response_type=code&client_id={{clientId}}&scope={{scope}}&prompt=login`,
    ...{ token: `${provider.url}/token`, userinfo: `${provider.url}/me` },
  }
  async function connect(clientId: string) {
    const { authUrl, cookie } = await beginFlow(hub, me, clientId)
    const back = await browse(authUrl.href, callback)
    return { back, answer: await comeBack(hub, Object.fromEntries(back.searchParams), cookie) }
  }
  return { hub, provider, me, endpoints, connect }
}

for (const authMethod of ['client_secret_basic', 'client_secret_post']) {
  test(`a user connects by a foreign server with ${authMethod}, and its rotating tokens live on`, async (t) => {
    const { hub, provider, me, endpoints, connect } = await setup(t)
    const more = { endpoints, authMethod, issuer: provider.url, issuerRequired: true, preprocessor: 'oidc' }
    const body = { ...clientOf(provider, more), ...credentials, predefinedScope: 'openid email offline_access' }
    const client = await createClient(me, body)
    const { back, answer } = await connect(client)
    assert.equal(back.searchParams.get('iss'), provider.url)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    const id = answer.body.data.secretId
    const first = (await readSecret(me, id)).body.data
    assert.deepEqual([first.value.externalId, first.renews], [account.sub, true])
    const tokens = new Set([first.value.refreshToken])
    for (let round = 1; round <= 3; round++) {
      await hub.asSuperuser(`update secret_service.secret set expires_at = now() - interval '1 minute'`)
      const answers = await Promise.all(Array.from({ length: 100 }, () => readSecret(me, id)))
      assert(answers.every(({ status }) => status === 200))
      const values = new Set(answers.map(({ body }) => body.data.value.refreshToken))
      assert.equal(values.size, 1)
      for (const value of values) tokens.add(value)
    }
    assert.equal(tokens.size, 4, 'each time another refresh token')
    assert.deepEqual(provider.granted, ['authorization_code', ...Array(3).fill('refresh_token')])
    assert.deepEqual(provider.refused, [])
    const again = await connect(client)
    assert.equal(again.answer.body.data.secretId, id, 'the same account is the same secret')
  })
}

test('a token of a service comes by its credentials, and who somebody is from userinfo', async (t) => {
  const { provider, me, endpoints, connect } = await setup(t)
  const service = await createClient(me, {
    ...{ name: 'a service', type: 'OA2_CLIENT_CREDENTIALS', ...credentials, authMethod: 'client_secret_basic' },
    endpoints: { token: endpoints.token },
  })
  const value = { authClientId: service }
  const made = await me.call('POST', SECRETS, { name: 'x', type: 'OA2_CLIENT_CREDENTIALS', value })
  const { status, body } = await readSecret(me, made.body.data.id)
  assert.equal(status, 200, JSON.stringify(body))
  assert(Math.abs(Date.parse(body.data.expiresAt) - Date.now() - 600_000) < 60_000)
  const more = { endpoints, ...credentials, authMethod: 'client_secret_basic', preprocessor: 'userinfo' }
  const person = await createClient(me, clientOf(provider, { ...more, predefinedScope: 'openid' }))
  const { answer } = await connect(person)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  assert.equal((await readSecret(me, answer.body.data.secretId)).body.data.value.externalId, account.sub)
})

test('an answer of the server to somebody else is of no use', async (t) => {
  const { hub, provider, me, endpoints } = await setup(t)
  const more = { endpoints, ...credentials, authMethod: 'client_secret_basic', issuer: provider.url }
  const client = await createClient(me, clientOf(provider, { ...more, predefinedScope: 'openid' }))
  const [mine, theirs] = [await beginFlow(hub, me, client), await beginFlow(hub, me, client)]
  const back = await browse(theirs.authUrl.href, `${hub.url}${CALLBACK}`)
  const code = back.searchParams.get('code') ?? ''
  const { status, body } = await comeBack(hub, { state: mine.state, code, iss: provider.url }, mine.cookie)
  assert.deepEqual([status, /invalid_grant/.test(body.detail)], [409, true], 'the code is of another challenge')
})
