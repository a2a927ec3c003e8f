import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { CLIENTS, clientOf, connectSecret, createClient, readSecret } from '../../../../test/support/connecting.ts'
import { answering, givingTokens, startProviderStub, tokens } from '../../../../test/support/provider-stub.ts'
import { SECRETS, setupSecretService } from '../../../../test/support/secret-service.ts'

async function setup(t: TestContext, more: object = {}) {
  const hub = await setupSecretService(t)
  const provider = await startProviderStub(t)
  const me = hub.reader()
  const client = await createClient(me, clientOf(provider, more))
  const named = async (name: string) =>
    (await hub.events()).filter((event) => event.name === `secret-service.secret.${name}`).map(({ payload }) => payload)
  /** What has come to the token endpoint since the code was exchanged. */
  const refreshes = () => provider.calls.filter(({ form }) => form.get('grant_type') === 'refresh_token')
  return { hub, provider, me, client, named, refreshes }
}

const hour = 3_600_000

test('a value is renewed shortly before its end, once for all its readers, and what the answer leaves out stays', async (t) => {
  const { hub, provider, me, client, named, refreshes } = await setup(t)
  const id = await connectSecret(hub, me, client, { scope: 'read' })
  const read = async () => (await readSecret(me, id)).body.data.value
  hub.later(hour - 6 * 60_000)
  assert.equal((await read()).accessToken, 'access-token-1', 'there is time')
  provider.answer = (call) => tokens(call, { refresh_token: undefined })
  hub.later(90_000)
  const answers = await Promise.all(Array.from({ length: 200 }, read))
  assert.deepEqual(new Set(answers.map(({ accessToken }) => accessToken)), new Set(['access-token-2']))
  assert.equal(refreshes().length, 1)
  assert.deepEqual(Object.fromEntries(refreshes()[0]?.form ?? []), {
    ...{ grant_type: 'refresh_token', refresh_token: 'refresh-token-1' },
    ...{ client_id: 'the-client-id', client_secret: 'the-client-secret' },
  })
  assert.deepEqual([answers[0].refreshToken, answers[0].scope], ['refresh-token-1', 'read'])
  provider.answer = givingTokens
  hub.later(hour)
  assert.equal((await read()).refreshToken, 'refresh-token-3', 'another one replaces it')
  const { tenant } = me.principal
  const told = { tenant, id, type: 'OA2_AUTHORIZATION_CODE', changed: ['value'] }
  assert.deepEqual(await named('modified'), [told, told])
})

test('a refusal is told at once, stored and published once; a reader who asks again asks the provider, within bounds', async (t) => {
  const { hub, provider, me, client, named, refreshes } = await setup(t)
  const id = await connectSecret(hub, me, client)
  hub.later(2 * hour)
  provider.answer = answering(400, {
    error: 'invalid_grant',
    error_description: 'token of anna@example.org was revoked',
  })
  const first = await Promise.all(Array.from({ length: 50 }, () => readSecret(me, id)))
  for (const { status, body } of first) {
    assert.equal(status, 409)
    assert.match(body.detail, /The provider refused with "invalid_grant"/)
    assert(!JSON.stringify(body).includes('anna'))
  }
  const { length } = refreshes()
  assert(length <= 3, `who has waited does not ask anew: ${length} requests`)
  for (let count = 0; count < 20; count++) assert.equal((await readSecret(me, id)).status, 409)
  const asked = refreshes().length
  assert(asked >= 2 && asked <= 5, `${asked} requests`)
  const masked = (
    await hub
      .caller({ id: me.principal.id, tenant: me.principal.tenant, permissions: [] })
      .call('GET', `${SECRETS}/${id}`)
  ).body.data
  assert.equal(masked.currentError.message, 'The provider refused with "invalid_grant"')
  const reason = 'The provider refused with "invalid_grant"'
  const { tenant } = me.principal
  assert.deepEqual(await named('refreshFailed'), [
    { tenant, id, type: 'OA2_AUTHORIZATION_CODE', authClientId: client, reason },
  ])
  provider.answer = givingTokens
  hub.later(60_000)
  const { status, body } = await readSecret(me, id)
  assert.deepEqual([status, body.data.currentError], [200, undefined])
})

test('what may pass by itself is waited for longer each time, as long as the provider wants, while a value that is good is given', async (t) => {
  const { hub, provider, me, client, named, refreshes } = await setup(t)
  const id = await connectSecret(hub, me, client)
  hub.later(hour - 60_000)
  provider.answer = answering(503, 'down for maintenance')
  for (let count = 0; count < 5; count++) assert.equal((await readSecret(me, id)).status, 200, 'it is still good')
  assert.equal(refreshes().length, 1)
  hub.later(61_000)
  for (const [status, later, expected] of [
    [503, 0, 2],
    [503, 100, 2],
    [503, 2_500, 3],
    [429, 5_000, 4],
    [429, 590_000, 4],
    [429, 15_000, 5],
  ] as const) {
    provider.answer = answering(status, '', status === 429 ? { 'retry-after': '600' } : {})
    hub.later(later)
    const answer = await readSecret(me, id)
    assert.deepEqual([answer.status, refreshes().length], [503, expected], `after ${later}`)
    assert.match(answer.body.detail, /answered with status/)
  }
  const told = await named('refreshFailed')
  assert.deepEqual(
    told.map(({ reason }) => reason),
    ['The provider answered with status 503', 'The provider answered with status 429'],
  )
  assert(told.every(({ nextAttemptAt }) => typeof nextAttemptAt === 'string'))
})

test('a hostile provider gives nothing, and nothing of it is told or stuck', async (t) => {
  const { hub, provider, me, client, refreshes } = await setup(t)
  const id = await connectSecret(hub, me, client)
  hub.later(2 * hour)
  const evil = 'evil <b>text</b>'
  const hostile: [string, typeof provider.answer][] = [
    ['garbage', answering(200, `{"access_token": "${evil}`)],
    ['a page', answering(200, `<html>${evil}</html>`, { 'content-type': 'text/html' })],
    ['another shape', answering(200, [evil])],
    ['no token', answering(200, { token_type: 'Bearer', evil })],
    ['a token that is none', answering(200, { access_token: { evil }, token_type: 'Bearer' })],
    ['another kind of token', answering(200, { access_token: evil, token_type: 'mac' })],
    ['an error with status 200', answering(200, { error: evil, error_description: evil })],
    ['a huge body', answering(200, { access_token: evil.repeat(200_000) })],
    ['a redirect', answering(302, '', { location: `${provider.url}/stolen` })],
    ['a status of nothing', answering(418, evil)],
    ['a status beyond all', answering(999, evil)],
    ['a broken connection', (_call, response) => void response.destroy()],
    [
      'half an answer',
      (_call, response) =>
        void response.writeHead(200, { 'content-length': '999' }).write('{', () => response.destroy()),
    ],
  ]
  for (const [name, answer] of hostile) {
    provider.answer = answer
    hub.later(10 * 60_000)
    const before = refreshes().length
    const { status, body } = await readSecret(me, id)
    assert(status === 409 || status === 503, `${name}: ${JSON.stringify(body)}`)
    assert.equal(refreshes().length, before + 1, name)
    assert(!JSON.stringify(body).includes('evil'), `${name}: ${JSON.stringify(body)}`)
  }
  assert(!provider.calls.some(({ path }) => path === '/stolen'))
  assert(!JSON.stringify(await hub.events()).includes('evil'))
  provider.answer = givingTokens
  hub.later(10 * 60_000)
  assert.equal((await readSecret(me, id)).status, 200)
})

test('a fault of ours is told to nobody, is stored, and makes no loop', async (t) => {
  const { hub, me, client, named, refreshes } = await setup(t)
  const id = await connectSecret(hub, me, client)
  hub.later(2 * hour)
  const [{ sealed } = { sealed: {} }] = (await hub.asSuperuser('select sealed from secret_service.secret_value')) as {
    sealed: object
  }[]
  await hub.asSuperuser(`update secret_service.secret_value set sealed = jsonb_set(sealed, '{refreshToken}', '"AAAA"')`)
  for (let count = 0; count < 5; count++) {
    const { status, body } = await readSecret(me, id)
    assert.equal(status, 503, JSON.stringify(body))
    assert.match(body.detail, /The next value could not be obtained$/)
  }
  assert.equal((await named('refreshFailed')).length, 1)
  assert.equal(refreshes().length, 0)
  await hub.asSuperuser(`update secret_service.secret_value set sealed = '${JSON.stringify(sealed)}'`)
  hub.later(10 * 60_000)
  assert.equal((await readSecret(me, id)).status, 200)
})

test('an end that is missing or nonsense is the one that the client assumes, or none; one that is now renews once', async (t) => {
  const { hub, provider, me, client, refreshes } = await setup(t)
  const assuming = await createClient(me, clientOf(provider, { defaultExpiresIn: 600 }))
  for (const expires_in of [undefined, null, 'abc', -5, '', {}, '1e999']) {
    provider.answer = (call) => tokens(call, { expires_in })
    const end = async (of: string) => (await readSecret(me, await connectSecret(hub, me, of))).body.data.expiresAt
    assert.equal(await end(client), undefined, String(expires_in))
    const assumed = await end(assuming)
    assert(Math.abs(Date.parse(assumed) - Date.now() - 600_000) < 60_000, String(expires_in))
  }
  assert.equal(refreshes().length, 0)
  for (const expires_in of [0, '0']) {
    provider.answer = (call) => tokens(call, { expires_in })
    const id = await connectSecret(hub, me, client)
    const before = refreshes().length
    const { status, body } = await readSecret(me, id)
    assert.deepEqual([status, body.data.value.accessToken], [200, `access-token-${provider.calls.length}`])
    assert.equal(refreshes().length, before + 1)
  }
  provider.answer = (call) => tokens(call, { expires_in: '3600' })
  const id = await connectSecret(hub, me, client)
  assert((await readSecret(me, id)).body.data.expiresAt, 'a number in quotes is one')
})

test('a change that leaves the access token as it is leaves its end, and it is renewed when it would have been', async (t) => {
  const { hub, me, client, refreshes } = await setup(t)
  const id = await connectSecret(hub, me, client)
  const before = (await readSecret(me, id)).body.data
  hub.later(1_000)
  assert.equal((await me.call('PATCH', `${SECRETS}/${id}`, { value: { scope: 'read' } })).status, 200)
  const after = (await readSecret(me, id)).body.data
  assert.deepEqual([after.expiresAt, after.value.scope, refreshes().length], [before.expiresAt, 'read', 0])
  hub.later(2 * hour)
  assert.equal((await readSecret(me, id)).body.data.value.accessToken, 'access-token-2')
})

test('what nobody reads is renewed before it dies, and what was refused for good is left alone until somebody changes something', async (t) => {
  const { hub, provider, me, client, refreshes } = await setup(t, { refreshIdleDays: 3 })
  const id = await connectSecret(hub, me, client)
  await hub.renewIdle()
  hub.later(3 * 24 * hour + 1_000)
  await Promise.all([hub.renewIdle(), hub.renewIdle()])
  assert.equal(refreshes().length, 1)
  await hub.renewIdle()
  assert.equal(refreshes().length, 1)
  provider.answer = answering(400, { error: 'invalid_client' })
  for (let day = 0; day < 3; day++) {
    hub.later(4 * 24 * hour)
    await hub.renewIdle()
  }
  assert.equal(refreshes().length, 2)
  provider.answer = givingTokens
  const change = { clientSecret: 'another-secret', authMethod: 'client_secret_basic' }
  assert.equal((await me.call('PATCH', `${CLIENTS}/${client}`, change)).status, 200)
  await hub.renewIdle()
  assert.equal(refreshes().length, 3)
  const header = refreshes()[2]?.headers.authorization ?? ''
  assert.equal(Buffer.from(header.slice(6), 'base64').toString(), 'the-client-id:another-secret')
  assert.equal((await readSecret(me, id)).body.data.currentError, undefined)
  assert.equal(refreshes().length, 3)
})

test('idle secrets that cannot be renewed keep no other one from it', async (t) => {
  const { hub, me, client, refreshes } = await setup(t)
  for (let count = 0; count < 20; count++) await connectSecret(hub, me, client)
  await hub.asSuperuser(`update secret_service.secret_value set sealed = sealed || '{"refreshToken": "AAAA"}'`)
  hub.later(1_000)
  await connectSecret(hub, me, client)
  hub.later(8 * 24 * hour)
  await hub.renewIdle()
  assert.equal(refreshes().length, 1)
})

test('without its auth client a value is given to its end, and then the reason why there is no other', async (t) => {
  const { hub, me, client } = await setup(t)
  const id = await connectSecret(hub, me, client)
  assert.equal((await me.call('DELETE', `${CLIENTS}/${client}`)).status, 204)
  assert.equal((await readSecret(me, id)).status, 200)
  hub.later(2 * hour)
  const { status, body } = await readSecret(me, id)
  assert.deepEqual([status, /auth client it was obtained through is gone/.test(body.detail)], [409, true])
  const value = { accessToken: 'by-hand-0123456789', expires: new Date(Date.now() + 9 * hour).toISOString() }
  assert.equal((await me.call('PATCH', `${SECRETS}/${id}`, { value })).status, 200)
  assert.equal((await readSecret(me, id)).body.data.value.accessToken, 'by-hand-0123456789')
})

test('client credentials get their token with the first reading, and the next one when it is over', async (t) => {
  const { hub, provider, me } = await setup(t)
  const client = await createClient(me, {
    ...{ name: 'a service', type: 'OA2_CLIENT_CREDENTIALS', clientId: 'service', clientSecret: 'pass:word' },
    ...{ predefinedScope: 'read', authMethod: 'client_secret_basic', endpoints: { token: `${provider.url}/token` } },
  })
  const value = { authClientId: client, scope: 'write' }
  const made = await me.call('POST', SECRETS, { name: 'x', type: 'OA2_CLIENT_CREDENTIALS', value })
  assert.equal(made.status, 200, JSON.stringify(made.body))
  const { id } = made.body.data
  provider.answer = (call) => tokens(call, { refresh_token: undefined })
  const answers = await Promise.all(Array.from({ length: 20 }, () => readSecret(me, id)))
  assert(answers.every(({ body }) => body.data.value.accessToken === 'access-token-1'))
  assert.deepEqual(Object.fromEntries(provider.calls[0]?.form ?? []), {
    grant_type: 'client_credentials',
    scope: 'read write',
  })
  const header = provider.calls[0]?.headers.authorization ?? ''
  assert.equal(Buffer.from(header.slice(6), 'base64').toString(), 'service:pass%3Aword')
  hub.later(2 * hour)
  assert.equal((await readSecret(me, id)).body.data.value.accessToken, 'access-token-2')
  assert.equal(provider.calls.length, 2)
  const colleague = hub.reader({ tenant: me.principal.tenant })
  const taken = await colleague.call('POST', SECRETS, { name: 'x', type: 'OA2_CLIENT_CREDENTIALS', value })
  assert.deepEqual(
    [taken.status, taken.body.errors[0].field],
    [400, 'value.authClientId'],
    'not by the client of another',
  )
})

test('a session is begun with what the secret fills in, in each of the ways, and its end is understood', async (t) => {
  const { hub, provider, me } = await setup(t)
  const end = Date.now() + 2 * hour
  const ways: [string, unknown, (call: (typeof provider.calls)[number]) => unknown][] = [
    ['HEADER_AUTH', 7_200, ({ headers }) => [headers.user, headers.pass]],
    ['BODY_AUTH', Math.floor(end / 1000), ({ text }) => Object.values(JSON.parse(text))],
    ['FORM_AUTH', end, ({ form }) => [...form.values()]],
    ['PARAMS_AUTH', new Date(end).toISOString(), ({ form }) => [...form.values()]],
  ]
  for (const [authType, expires, sent] of ways) {
    provider.answer = ({ number }) => ({ data: { session: { token: `session-token-${number}` }, expires } })
    const requestFields = [
      { key: 'user', value: '{{fields.username}}' },
      { key: 'pass', value: '{{fields.pass}}{{fields.none}}' },
    ]
    const client = await createClient(me, {
      ...{ name: 'a session', type: 'SESSION_AUTH', tokenPath: 'data.session.token', expirationPath: 'data.expires' },
      fields: [{ key: 'username', label: 'Name', required: true }, { key: 'pass', required: true }, { key: 'account' }],
      endpoints: { auth: { authType, url: `${provider.url}/{{fields.account}}/login`, requestFields } },
    })
    const inputFields = { username: 'anna', pass: 'p&ss wörd?', account: 'a/../b' }
    const value = { authClientId: client, inputFields }
    const { id } = (await me.call('POST', SECRETS, { name: 'x', type: 'SESSION_AUTH', value })).body.data
    const { status, body } = await readSecret(me, id)
    assert.equal(status, 200, JSON.stringify(body))
    const call = provider.calls.at(-1)
    assert.equal(body.data.value.accessToken, `session-token-${call?.number}`)
    assert(Math.abs(Date.parse(body.data.expiresAt) - end) < 60_000, `${authType}: ${body.data.expiresAt}`)
    assert.equal(call?.path, '/a%2F..%2Fb/login')
    if (call && authType !== 'HEADER_AUTH') assert.deepEqual(sent(call), ['anna', 'p&ss wörd?'], authType)
    provider.answer = givingTokens
    assert.equal((await readSecret(me, id)).status, 200, 'it is good')
    const masked = (
      await hub
        .caller({ id: me.principal.id, tenant: me.principal.tenant, permissions: [] })
        .call('GET', `${SECRETS}/${id}`)
    ).body.data
    assert.deepEqual([masked.value.inputFields, masked.value.accessToken.startsWith('***')], ['***', true])
    const another = { inputFields: { ...inputFields, username: '' } }
    assert.equal((await me.call('PATCH', `${SECRETS}/${id}`, { value: another })).status, 200)
    assert.match((await readSecret(me, id)).body.detail ?? '', /must fill in the field "username"/)
  }
})
