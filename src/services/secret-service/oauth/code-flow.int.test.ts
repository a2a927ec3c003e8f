import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import {
  beginFlow,
  CALLBACK,
  CLIENTS,
  clientOf,
  comeBack,
  connectSecret,
  createClient,
  readSecret,
} from '../../../../test/support/connecting.ts'
import { answering, givingTokens, startProviderStub, tokens } from '../../../../test/support/provider-stub.ts'
import { SECRETS, setupSecretService } from '../../../../test/support/secret-service.ts'

async function setup(t: TestContext) {
  const hub = await setupSecretService(t)
  return { hub, provider: await startProviderStub(t) }
}

test('a user connects: PKCE goes out, tokens are stored sealed, and the name and scope are those that were asked for', async (t) => {
  const { hub, provider } = await setup(t)
  const me = hub.reader()
  const client = await createClient(me, clientOf(provider, { predefinedScope: 'read' }))
  const { status, authUrl, state, cookie, setCookie } = await beginFlow(hub, me, client, {
    data: { scope: 'write & more', secretName: 'My account', payload: { page: 7 } },
  })
  assert.equal(status, 200)
  const asked = Object.fromEntries(authUrl.searchParams)
  assert.deepEqual(
    { ...asked, code_challenge: undefined },
    {
      ...{
        scope: 'read write & more',
        client_id: 'the-client-id',
        response_type: 'code',
        code_challenge_method: 'S256',
      },
      ...{ state, redirect_uri: `${hub.url}${CALLBACK}`, code_challenge: undefined },
    },
  )
  assert(Buffer.from(state, 'base64url').length >= 32)
  assert.match(setCookie, /^oih_oauth=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/)
  const back = await comeBack(hub, { state, code: 'the-code' }, cookie)
  assert.equal(back.status, 200, JSON.stringify(back.body))
  assert.deepEqual(back.body.data.payload, { page: 7 })
  assert.equal(back.headers.get('referrer-policy'), 'no-referrer')
  const [call] = provider.calls
  const verifier = call?.form.get('code_verifier') ?? ''
  assert.equal(createHash('sha256').update(verifier).digest('base64url'), asked.code_challenge)
  assert.deepEqual(Object.fromEntries(call?.form ?? []), {
    ...{ grant_type: 'authorization_code', code: 'the-code', redirect_uri: `${hub.url}${CALLBACK}` },
    ...{ client_id: 'the-client-id', client_secret: 'the-client-secret', code_verifier: verifier },
  })
  const { data } = (await readSecret(me, back.body.data.secretId)).body
  assert.deepEqual(
    [data.name, data.type, data.owners, data.renews],
    ['My account', 'OA2_AUTHORIZATION_CODE', [{ id: me.principal.id, type: 'USER' }], true],
  )
  assert.deepEqual(
    [data.value.accessToken, data.value.refreshToken, data.value.scope],
    ['access-token-1', 'refresh-token-1', 'read write & more'],
  )
  const stored = JSON.stringify([
    await hub.asSuperuser('select * from secret_service.secret_value'),
    await hub.asSuperuser('select * from secret_service.auth_client'),
  ])
  for (const word of ['access-token', 'refresh-token', 'the-client-secret']) assert(!stored.includes(word), word)
  assert.deepEqual(await hub.asSuperuser('select 1 from secret_service.auth_flow'), [])
  assert.equal((await me.call('GET', `${CLIENTS}/${client}/secrets`)).body.meta.total, 1)
})

test('a state is good once, within ten minutes, in the browser that began', async (t) => {
  const { hub, provider } = await setup(t)
  const me = hub.reader()
  const client = await createClient(me, clientOf(provider))
  const begun = await beginFlow(hub, me, client)
  const other = await beginFlow(hub, me, client)
  const again = await beginFlow(hub, me, client, {}, begun.cookie)
  assert.equal(again.cookie, begun.cookie, 'a browser may have several under way')
  const { state, cookie } = begun
  for (const stolen of [undefined, other.cookie, 'oih_oauth=x', `${cookie}; ${other.cookie}`])
    assert.equal((await comeBack(hub, { state, code: 'c' }, stolen)).status, 403, stolen)
  assert.equal((await comeBack(hub, { state: 'unknown', code: 'c' }, cookie)).status, 400)
  assert.equal((await comeBack(hub, { code: 'c' }, cookie)).status, 400)
  assert.equal(provider.calls.length, 0, 'nothing of that reaches the provider')
  const both = await Promise.all([1, 2].map(() => comeBack(hub, { state, code: 'c' }, cookie)))
  const [first, second] = both.map(({ status }) => status).toSorted()
  assert(first === 200 && (second === 400 || second === 409), `${first} and ${second}`)
  assert.equal((await comeBack(hub, { state, code: 'c' }, cookie)).status, 400)
  assert.equal((await me.call('GET', SECRETS)).body.meta.total, 1)
  hub.later(10 * 60_000)
  assert.equal((await comeBack(hub, { state: other.state, code: 'c' }, other.cookie)).status, 400)
  await hub.cleanUp()
  assert.deepEqual(await hub.asSuperuser('select 1 from secret_service.auth_flow'), [])
})

test('of many that a user begins the last twenty are under way', async (t) => {
  const { hub, provider } = await setup(t)
  const me = hub.reader()
  const client = await createClient(me, clientOf(provider))
  const first = await beginFlow(hub, me, client)
  hub.later(1_000)
  const others = await Promise.all(Array.from({ length: 19 }, () => beginFlow(hub, me, client)))
  hub.later(1_000)
  const last = await beginFlow(hub, me, client)
  const statuses = [first, ...others, last].map(async ({ state, cookie }) => {
    return (await comeBack(hub, { state, code: 'c' }, cookie)).status
  })
  assert.deepEqual(await Promise.all(statuses), [400, ...Array(20).fill(200)])
})

test('who begins without a browser ends it with the same account, and nobody else does', async (t) => {
  const { hub, provider } = await setup(t)
  const me = hub.reader()
  const { tenant } = me.principal
  const client = await createClient(me, clientOf(provider, { owners: [{ id: tenant, type: 'TENANT' }] }))
  const { state } = await beginFlow(hub, me, client)
  const body = { state, code: 'the-code' }
  assert.equal((await hub.reader({ tenant }).call('POST', CALLBACK, body)).status, 403, 'a colleague')
  assert.equal(
    (await hub.reader({ id: me.principal.id }).call('POST', CALLBACK, body)).status,
    403,
    'in another tenant',
  )
  const run = hub.caller({ id: me.principal.id, tenant, permissions: [], flowId: randomUUID(), secretIds: new Set() })
  assert.equal((await run.call('POST', CALLBACK, body)).status, 403, 'the runs of a flow')
  const { status, body: answer } = await me.call('POST', CALLBACK, body)
  assert.equal(status, 200)
  assert.equal((await readSecret(me, answer.data.secretId)).status, 200)
})

test('a user is led on only to pages of the hub and to what the client lists', async (t) => {
  const { hub, provider } = await setup(t)
  const me = hub.reader()
  const successUrls = ['https://app.example.org/done?from=hub#top']
  const client = await createClient(me, clientOf(provider, { successUrls }))
  for (const successUrl of [
    ...['https://evil.example/', 'https://app.example.org/other', 'javascript:alert(1)', '//evil.example', 'x'],
    ...[`${hub.url}@evil.example/`, `${hub.url.replace('127', 'u:p@127')}/`, 'https://app.example.org/done'],
  ]) {
    const { status, body } = await beginFlow(hub, me, client, { successUrl })
    assert.deepEqual([status, body.errors?.[0]?.field], [400, 'successUrl'], successUrl)
  }
  for (const [successUrl, start] of [
    [successUrls[0], 'https://app.example.org/done?from=hub&secretId='],
    [`${hub.url}/secrets`, `${hub.url}/secrets?secretId=`],
  ] as const) {
    const { state, cookie } = await beginFlow(hub, me, client, { successUrl })
    const { status, location } = await comeBack(hub, { state, code: 'c' }, cookie)
    assert.equal(status, 302)
    assert(location?.startsWith(start), String(location))
    assert.equal(location?.endsWith('#top'), successUrl?.endsWith('#top'))
  }
})

test('a callback of another issuer, or of none where one is required, reaches nobody', async (t) => {
  const { hub, provider } = await setup(t)
  const me = hub.reader()
  const issuer = 'https://provider.example'
  const [lenient, strict] = [
    await createClient(me, clientOf(provider, { issuer })),
    await createClient(me, clientOf(provider, { issuer, issuerRequired: true })),
  ]
  const back = async (client: string, more: Record<string, string>) => {
    const { state, cookie } = await beginFlow(hub, me, client)
    return (await comeBack(hub, { state, code: 'c', ...more }, cookie)).status
  }
  assert.equal(await back(lenient, { iss: 'https://evil.example' }), 409)
  assert.equal(await back(strict, {}), 409)
  assert.equal(provider.calls.length, 0)
  assert.deepEqual([await back(lenient, {}), await back(strict, { iss: issuer })], [200, 200])
})

test('a provider that refuses is quoted by its error code alone, and the state is used up', async (t) => {
  const { hub, provider } = await setup(t)
  const me = hub.reader()
  const client = await createClient(me, clientOf(provider))
  const evil = '<script>alert(1)</script>'
  const begin = () => beginFlow(hub, me, client)
  for (const [error, shown] of [
    ['access_denied', /refused with "access_denied"/],
    [evil, /refused with "another error"/],
    ['the-client-secret', /refused with "another error"/],
  ] as const) {
    const { state, cookie } = await begin()
    const { status, body } = await comeBack(hub, { state, error, error_description: evil }, cookie)
    assert.equal(status, 409)
    assert.match(body.detail, shown)
    assert(!JSON.stringify(body).includes('script'))
    assert.equal((await comeBack(hub, { state, code: 'c' }, cookie)).status, 400, 'it is over')
  }
  provider.answer = answering(400, { error: 'invalid_grant', error_description: evil })
  const refused = await begin()
  const answer = await comeBack(hub, { state: refused.state, code: 'c' }, refused.cookie)
  assert.deepEqual([answer.status, answer.body.detail.includes('invalid_grant')], [409, true])
  assert(!JSON.stringify(answer.body).includes('script'))
  provider.answer = answering(503, evil)
  const { state, cookie } = await begin()
  assert.equal((await comeBack(hub, { state, code: 'c' }, cookie)).status, 409)
  provider.answer = givingTokens
  assert.equal((await comeBack(hub, { state, code: 'c' }, cookie)).status, 200, 'a fault that passes uses nothing up')
  assert.deepEqual((await hub.events()).filter(({ name }) => name === 'secret-service.secret.created').length, 1)
})

test('a client that was changed while a user was away gets neither code nor proof', async (t) => {
  const { hub, provider } = await setup(t)
  const me = hub.reader()
  const client = await createClient(me, clientOf(provider))
  const begun = await beginFlow(hub, me, client)
  const elsewhere = await startProviderStub(t)
  const { endpoints, clientSecret } = clientOf(elsewhere)
  assert.equal((await me.call('PATCH', `${CLIENTS}/${client}`, { endpoints, clientSecret })).status, 200)
  const { status, body } = await comeBack(hub, { state: begun.state, code: 'c' }, begun.cookie)
  assert.deepEqual([status, /changed meanwhile: begin anew/.test(body.detail)], [409, true])
  assert.deepEqual([provider.calls.length, elsewhere.calls.length], [0, 0])
})

test('userinfo tells who somebody is where the ID token does not', async (t) => {
  const { hub, provider } = await setup(t)
  const me = hub.reader()
  const endpoints = { ...clientOf(provider).endpoints, userinfo: `${provider.url}/userinfo` }
  const client = await createClient(me, clientOf(provider, { endpoints, preprocessor: 'preprocessor.zoom' }))
  provider.answer = (call) => (call.path === '/userinfo' ? { id: 4711 } : tokens(call))
  const id = await connectSecret(hub, me, client)
  assert.equal((await readSecret(me, id)).body.data.value.externalId, '4711')
  assert.equal(provider.calls[1]?.headers.authorization, 'Bearer access-token-1')
})

test('what a user or tenant has under way ends with them', async (t) => {
  const { hub, provider } = await setup(t)
  const me = hub.reader()
  const { tenant, id } = me.principal
  const colleague = hub.reader({ tenant })
  const client = await createClient(colleague, clientOf(provider, { owners: [{ id: tenant, type: 'TENANT' }] }))
  const [mine, theirs] = [await beginFlow(hub, me, client), await beginFlow(hub, colleague, client)]
  await hub.fromIam('iam.user.removedFromTenant', { id, tenantId: tenant, tenant })
  assert.equal((await comeBack(hub, { state: mine.state, code: 'c' }, mine.cookie)).status, 400)
  assert.equal((await comeBack(hub, { state: theirs.state, code: 'c' }, theirs.cookie)).status, 200)
})

test('whoever is shut out ends no authorization that was begun before', async (t) => {
  const { hub, provider } = await setup(t)
  const me = hub.reader()
  const { tenant, id } = me.principal
  const client = await createClient(me, clientOf(provider, {}))
  const userIs = (status: 'ACTIVE' | 'DISABLED') =>
    hub.fromIam('iam.user.modified', { id, changed: ['status'], after: { status } })
  const shutOut = [
    () => userIs('DISABLED'),
    () =>
      hub.fromIam('iam.tenant.modified', { id: tenant, tenant, changed: ['status'], after: { status: 'DISABLED' } }),
  ]
  for (const change of shutOut) {
    const { state, cookie } = await beginFlow(hub, me, client)
    await change()
    assert.equal((await comeBack(hub, { state, code: 'c' }, cookie)).status, 400)
  }
  assert.equal(provider.calls.length, 0)
  const { state, cookie } = await beginFlow(hub, me, client)
  await userIs('ACTIVE')
  assert.equal((await comeBack(hub, { state, code: 'c' }, cookie)).status, 200)
})

test('what goes wrong is told by a page where a browser comes back, else by a problem document', async (t) => {
  const { hub, provider } = await setup(t)
  const me = hub.reader()
  const client = await createClient(me, clientOf(provider))
  const { state, cookie } = await beginFlow(hub, me, client)
  const refused = new URLSearchParams({ state, error: '<script>', error_description: '<script>' })
  const open = (accept: string) =>
    fetch(`${hub.url}${CALLBACK}?${refused}`, { redirect: 'manual', headers: { accept, cookie } })
  const page = await open('text/html,application/xhtml+xml,*/*;q=0.8')
  assert.deepEqual([page.status, page.headers.get('content-type')], [409, 'text/html; charset=utf-8'])
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/)
  const html = await page.text()
  assert.match(html, /The provider refused with &#34;another error&#34;; begin anew/)
  assert(!html.includes('<script>'))
  for (const accept of ['application/json', '*/*', 'application/json, text/html'])
    assert.match((await open(accept)).headers.get('content-type') ?? '', /problem\+json/, accept)
})
