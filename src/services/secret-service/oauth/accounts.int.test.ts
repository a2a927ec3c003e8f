import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  beginFlow,
  CLIENTS,
  clientOf,
  comeBack,
  connectSecret,
  createClient,
  readSecret,
} from '../../../../test/support/connecting.ts'
import { givingTokens, type ProviderCall, startProviderStub, tokens } from '../../../../test/support/provider-stub.ts'
import { SECRETS, setupSecretService } from '../../../../test/support/secret-service.ts'

// Who is taken for whom, and which server gets what.

async function setup(t: TestContext, more: object = {}) {
  const hub = await setupSecretService(t)
  const provider = await startProviderStub(t)
  const me = hub.reader()
  const { tenant } = me.principal
  const owners = [{ id: tenant, type: 'TENANT' }]
  const client = await createClient(me, clientOf(provider, { owners, ...more }))
  return { hub, provider, me, client, colleague: hub.reader({ tenant }) }
}

/** As nobody checks who signed it, where it comes from the token endpoint itself. */
function idToken(claims: object): string {
  return ['{"alg":"none"}', JSON.stringify(claims), ''].map((part) => Buffer.from(part).toString('base64url')).join('.')
}

/** Gives tokens to whom these claims are of. */
const givingTo = (claims: object, more: object = {}) => {
  return (call: ProviderCall) => tokens(call, { id_token: idToken(claims), ...more })
}

for (const [preprocessor, claims] of [
  ['oidc', { sub: 'anna' }],
  ['microsoft', { tid: 'tenant', oid: 'anna', email: 'a@example.org' }],
  ['azure', { iss: 'https://p.example', sub: 'anna', preferred_username: 'a@example.org' }],
] as const)
  test(`the same account connected again is the same secret, and its new holder owns it too: ${preprocessor}`, async (t) => {
    const { hub, provider, me, client, colleague } = await setup(t, { preprocessor })
    provider.answer = givingTo(claims)
    const first = await connectSecret(hub, me, client, { secretName: 'shared' })
    provider.answer = givingTo(claims, { refresh_token: undefined })
    assert.equal(await connectSecret(hub, me, client), first)
    const before = (await readSecret(me, first)).body.data.value
    assert.deepEqual([before.accessToken, before.refreshToken], ['access-token-2', 'refresh-token-1'])
    const kept = { value: { scope: 'x' }, keepPreviousFor: 3_600 }
    assert.equal((await me.call('PATCH', `${SECRETS}/${first}`, kept)).status, 200)
    provider.answer = givingTo(claims)
    assert.equal(await connectSecret(hub, colleague, client), first)
    const versions = (await colleague.call('GET', `${SECRETS}/${first}/versions`)).body.data
    assert.equal(versions.length, 1, 'no former value')
    const { data } = (await readSecret(colleague, first)).body
    assert.deepEqual(
      data.owners.map(({ id }: { id: string }) => id),
      [me.principal.id, colleague.principal.id],
    )
    assert.deepEqual([data.name, data.version, data.value.refreshToken], ['shared', 4, 'refresh-token-3'])
    const evil = { email: 'a@example.org', preferred_username: 'a@example.org' }
    provider.answer = givingTo({ ...evil, tid: 'evil', oid: 'eve', iss: 'https://evil.example', sub: 'eve' })
    assert.notEqual(await connectSecret(hub, me, client), first)
    provider.answer = givingTo(evil)
    const { state, cookie } = await beginFlow(hub, me, client)
    assert.equal((await comeBack(hub, { state, code: 'c' }, cookie)).status, 409, 'who it is must be told')
  })

test("a newcomer without a refresh token is given nobody else's", async (t) => {
  const { hub, provider, me, client, colleague } = await setup(t, { preprocessor: 'oidc' })
  provider.answer = givingTo({ sub: 'anna' })
  const first = await connectSecret(hub, me, client)
  provider.answer = givingTo({ sub: 'anna' }, { refresh_token: undefined })
  const own = await connectSecret(hub, colleague, client)
  assert.notEqual(own, first)
  assert.equal((await readSecret(colleague, own)).body.data.value.refreshToken, undefined)
  const { data } = (await readSecret(me, first)).body
  assert.deepEqual([data.owners.length, data.value.refreshToken], [1, 'refresh-token-1'])
})

test('an id that callers plant finds nothing, however long it is', async (t) => {
  const { hub, provider, me, client, colleague } = await setup(t, { preprocessor: 'oidc' })
  const value = { authClientId: client, accessToken: 'x', externalId: 'anna' }
  const body = { name: 'x', type: 'OA2_AUTHORIZATION_CODE', value }
  const planted = (await colleague.call('POST', SECRETS, body)).body.data.id
  const long = String.fromCodePoint(...Array.from({ length: 1_024 }, (_, index) => 0x4e00 + ((index * 7_919) % 20_000)))
  const other = await colleague.call('POST', SECRETS, { ...body, value: { ...value, externalId: long } })
  assert.deepEqual([other.status, other.body.data?.value.externalId], [200, long])
  const change = { value: { externalId: 'anna' } }
  assert.equal((await colleague.call('PATCH', `${SECRETS}/${other.body.data.id}`, change)).status, 200)
  provider.answer = givingTo({ sub: 'anna' })
  const mine = await connectSecret(hub, me, client)
  assert(![planted, other.body.data.id].includes(mine))
  assert.equal((await readSecret(me, mine)).body.data.owners.length, 1)
  assert.equal((await readSecret(colleague, planted)).body.data.value.accessToken, 'x')
})

test('what another server says of the same person opens nothing', async (t) => {
  const { hub, provider, me, client, colleague } = await setup(t, { preprocessor: 'oidc' })
  const evil = await startProviderStub(t)
  provider.answer = givingTo({ sub: 'anna' })
  const first = await connectSecret(hub, me, client)
  const { endpoints } = clientOf(evil)
  const change = { endpoints, clientSecret: 'anew' }
  assert.equal((await me.call('PATCH', `${CLIENTS}/${client}`, change)).status, 200)
  evil.answer = givingTo({ sub: 'anna' })
  assert.notEqual(await connectSecret(hub, colleague, client), first)
})

test('another server gets neither the secret of a client nor what the former one gave', async (t) => {
  const { hub, provider, me, client } = await setup(t)
  const evil = await startProviderStub(t)
  const id = await connectSecret(hub, me, client)
  const value = { authClientId: client, accessToken: 'x', refreshToken: 'given', expires: 1 }
  const body = { name: 'x', type: 'OA2_AUTHORIZATION_CODE', value }
  const given = (await me.call('POST', SECRETS, body)).body.data.id
  assert.equal((await readSecret(me, given)).status, 200, 'renewed at its own server')
  const endpoints = { ...clientOf(provider).endpoints, token: `${evil.url}/token` }
  const patch = (change: object) => me.call('PATCH', `${CLIENTS}/${client}`, change)
  for (const bad of [
    { endpoints },
    { endpoints: { ...clientOf(provider).endpoints, userinfo: `${evil.url}/me` } },
    { endpoints, clientSecret: null },
  ]) {
    const { status, body } = await patch(bad)
    assert.deepEqual([status, body.errors?.[0]?.field], [400, 'clientSecret'], JSON.stringify(bad))
  }
  const moved = { ...clientOf(provider).endpoints, token: `${provider.url}/other` }
  assert.equal((await patch({ endpoints: moved })).status, 200, 'the same server')
  assert.equal((await patch({ endpoints, clientSecret: 'anew' })).status, 200)
  hub.later(24 * 3_600_000)
  for (const each of [id, given]) {
    const { status, body } = await readSecret(me, each)
    assert.deepEqual([status, /asks another server now: connect anew/.test(body.detail)], [409, true])
  }
  assert.equal(evil.calls.length, 0)
  assert.equal((await readSecret(me, await connectSecret(hub, me, client))).status, 200)
})

test('what cannot be stored is a refusal, of a callback and of a renewal', async (t) => {
  const { hub, provider, me, client } = await setup(t, { preprocessor: 'oidc' })
  for (const claims of [{ sub: 'a\u0000b' }, { sub: '\ud800' }, { sub: ['a'] }, { sub: 'x'.repeat(1_025) }]) {
    provider.answer = givingTo(claims)
    const { state, cookie } = await beginFlow(hub, me, client)
    assert.equal((await comeBack(hub, { state, code: 'c' }, cookie)).status, 409, JSON.stringify(claims))
  }
  provider.answer = givingTo({ sub: 'anna' })
  const id = await connectSecret(hub, me, client)
  for (const more of [
    { scope: 'a\u0000b' },
    { scope: '\ud800' },
    { access_token: '\u0000' },
    { refresh_token: '\udfff' },
  ]) {
    provider.answer = givingTo({ sub: 'bert' }, more)
    const { state, cookie } = await beginFlow(hub, me, client)
    assert.equal((await comeBack(hub, { state, code: 'c' }, cookie)).status, 409, JSON.stringify(more))
    assert.equal((await comeBack(hub, { state, code: 'c' }, cookie)).status, 400, 'it is over')
    hub.later(24 * 3_600_000)
    assert.equal((await readSecret(me, id)).status, 409, JSON.stringify(more))
  }
  const rows = await hub.asSuperuser('select current_error from secret_service.secret')
  assert.match(JSON.stringify(rows), /"isFinal":true.*no NUL characters/)
  provider.answer = givingTokens
  hub.later(24 * 3_600_000)
  assert.equal((await readSecret(me, id)).status, 200)
})

test('the address in the end is one that a browser can be sent to', async (t) => {
  const { hub, me, client } = await setup(t)
  for (const [path, sent] of [
    ['/\u65e5\u672c', '/%E6%97%A5%E6%9C%AC'],
    ['/a\nb', '/ab'],
    ['\\@evil.example/', '/@evil.example/'],
  ] as const) {
    const { state, cookie } = await beginFlow(hub, me, client, { successUrl: `${hub.url}${path}` })
    const { status, location } = await comeBack(hub, { state, code: 'c' }, cookie)
    assert.deepEqual([status, location?.split('?')[0]], [302, `${hub.url}${sent}`])
  }
})

test('a second callback beside the first waits, and may come when the first is lost', async (t) => {
  const { hub, provider, me, client } = await setup(t)
  const { state, cookie } = await beginFlow(hub, me, client)
  const back = () => comeBack(hub, { state, code: 'c' }, cookie)
  const gate = Promise.withResolvers<void>()
  provider.answer = async (call) => {
    if (call.number === 1) await gate.promise
    return tokens(call)
  }
  const first = back()
  await provider.received(1)
  const second = await back()
  assert.deepEqual([second.status, /under way/.test(second.body.detail)], [409, true])
  assert.equal(provider.calls.length, 1, 'the code is used once')
  gate.resolve()
  assert.equal((await first).status, 200)
  const lost = await beginFlow(hub, me, client)
  await hub.asSuperuser('update secret_service.auth_flow set taken_at = expires_at')
  assert.equal((await comeBack(hub, { state: lost.state, code: 'c' }, lost.cookie)).status, 409)
  await hub.asSuperuser(`update secret_service.auth_flow set taken_at = expires_at - interval '631 seconds'`)
  assert.equal((await comeBack(hub, { state: lost.state, code: 'c' }, lost.cookie)).status, 200)
})

test('a payload is small', async (t) => {
  const { hub, me, client } = await setup(t)
  const { status, body } = await beginFlow(hub, me, client, { payload: { x: 'x'.repeat(4_089) } })
  assert.deepEqual([status, body.errors?.[0]?.field], [400, 'payload'])
  assert.equal((await beginFlow(hub, me, client, { payload: { x: 'x'.repeat(4_088) } })).status, 200)
})
