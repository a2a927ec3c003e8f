import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import {
  beginFlow,
  CLIENTS,
  clientOf,
  comeBack,
  connectSecret,
  createClient,
  readSecret,
} from '../../../test/support/connecting.ts'
import { answering, givingTokens, startProviderStub, tokens } from '../../../test/support/provider-stub.ts'
import { SECRETS, setupSecretService } from '../../../test/support/secret-service.ts'

// Defects of the existing secret service, by their number in the list of them: none must come back.

async function setup(t: TestContext) {
  const hub = await setupSecretService(t)
  const provider = await startProviderStub(t)
  const me = hub.reader()
  const sealed = async () =>
    JSON.stringify([
      await hub.asSuperuser('select * from secret_service.secret'),
      await hub.asSuperuser('select * from secret_service.secret_value'),
      await hub.asSuperuser('select * from secret_service.auth_client'),
      await hub.asSuperuser('select * from secret_service.auth_flow'),
    ])
  const simple = { name: 'x', type: 'SIMPLE', value: { username: 'anna', passphrase: 'correct horse battery' } }
  return { hub, provider, me, sealed, simple }
}

test('31: API keys and the secrets of clients lie sealed', async (t) => {
  const { me, provider, sealed } = await setup(t)
  await me.call('POST', SECRETS, { name: 'x', type: 'API_KEY', value: { key: 'key-0123456789' } })
  await createClient(me, clientOf(provider))
  for (const word of ['key-0123456789', 'the-client-secret', 'the-client-id']) assert(!(await sealed()).includes(word))
})

test('32: equal values are sealed differently, and none opens that was altered', async (t) => {
  const { hub, me, simple } = await setup(t)
  const ids = [1, 2].map(async () => (await me.call('POST', SECRETS, simple)).body.data.id)
  const [one] = await Promise.all(ids)
  const rows = (await hub.asSuperuser('select sealed from secret_service.secret_value')) as { sealed: object }[]
  const texts = rows.flatMap(({ sealed }) => Object.values(sealed))
  assert.equal(new Set(texts).size, 4)
  await hub.asSuperuser(
    `update secret_service.secret_value set sealed = jsonb_set(sealed, '{passphrase}', to_jsonb(overlay(sealed ->> 'passphrase' placing 'AAAA' from 30)))`,
  )
  const { status, body } = await readSecret(me, one)
  assert.deepEqual([status, JSON.stringify(body).includes('anna')], [500, false])
})

test('33: without a key nothing is stored, and nothing is stored in clear', async (t) => {
  const { hub, me, sealed, simple } = await setup(t)
  assert.equal((await me.call('POST', SECRETS, simple)).status, 200)
  await hub.asSuperuser(`update secret_service.data_key set wrapped = decode('00', 'hex')`)
  assert.equal((await me.call('POST', SECRETS, simple)).status, 500)
  assert.deepEqual(await hub.asSuperuser('select count(*)::integer as count from secret_service.secret'), [
    { count: 1 },
  ])
  assert(!(await sealed()).includes('correct horse'))
})

test('34: an error of the provider is told at once to all, stored, and locks nothing', async (t) => {
  const { hub, provider, me } = await setup(t)
  const id = await connectSecret(hub, me, await createClient(me, clientOf(provider)))
  for (const [status, reason, told] of [
    [400, /invalid_grant/, 409],
    [500, /status 500/, 503],
  ] as const) {
    hub.later(24 * 3_600_000)
    provider.answer = answering(status, { error: 'invalid_grant' })
    const answers = await Promise.all(Array.from({ length: 20 }, () => readSecret(me, id)))
    for (const answer of answers) assert.deepEqual([answer.status, reason.test(answer.body.detail)], [told, true])
    const [row] = (await hub.asSuperuser('select lease_until, current_error from secret_service.secret')) as {
      current_error: { message: string }
    }[]
    assert.deepEqual({ ...row, current_error: undefined }, { lease_until: null, current_error: undefined })
    assert.match(row?.current_error.message ?? '', reason)
  }
  hub.later(24 * 3_600_000)
  provider.answer = (_call, response) => void response.destroy()
  assert.equal((await readSecret(me, id)).status, 503)
  hub.later(24 * 3_600_000)
  provider.answer = givingTokens
  assert.equal((await readSecret(me, id)).status, 200)
})

test('35: readers in several processes never refresh side by side', async (t) => {
  const { hub, provider, me } = await setup(t)
  const id = await connectSecret(hub, me, await createClient(me, clientOf(provider)))
  hub.later(8 * 24 * 3_600_000)
  let [running, most] = [0, 0]
  provider.answer = async (call) => {
    most = Math.max(most, ++running)
    await new Promise(setImmediate)
    running--
    return tokens(call)
  }
  // Each `renewIdle` is a process of its own as far as leases go.
  await Promise.all([hub.renewIdle(), readSecret(me, id), hub.renewIdle(), readSecret(me, id), hub.renewIdle()])
  assert.equal(most, 1)
  const used = provider.calls.flatMap(({ form }) => form.get('refresh_token') ?? [])
  assert.equal(new Set(used).size, used.length, 'no refresh token is used twice')
})

test('36: an answer without an end is not asked for again with every reading', async (t) => {
  const { hub, provider, me } = await setup(t)
  const id = await connectSecret(hub, me, await createClient(me, clientOf(provider)))
  hub.later(2 * 3_600_000)
  provider.answer = (call) => tokens(call, { expires_in: undefined })
  for (let count = 0; count < 3; count++) assert.equal((await readSecret(me, id)).status, 200)
  assert.equal(provider.calls.length, 2)
})

test('37: a victim who is lured to a link gives its tokens to nobody', async (t) => {
  const { hub, provider, me } = await setup(t)
  const attacker = hub.reader({ tenant: me.principal.tenant })
  const client = await createClient(attacker, clientOf(provider))
  const { authUrl, state } = await beginFlow(hub, attacker, client)
  assert.equal(authUrl.searchParams.get('code_challenge_method'), 'S256')
  const ofVictim = await beginFlow(hub, me, await createClient(me, clientOf(provider)))
  for (const cookie of [undefined, ofVictim.cookie])
    assert.equal((await comeBack(hub, { state, code: "the victim's" }, cookie)).status, 403)
  assert.equal(provider.calls.length, 0)
  const { status } = await beginFlow(hub, attacker, client, { successUrl: 'https://evil.example/' })
  assert.equal(status, 400, 'nor is it led anywhere')
})

test('38: the same account at a provider, connected in another tenant, opens nothing', async (t) => {
  const { hub, provider, me } = await setup(t)
  const claims = Buffer.from(JSON.stringify({ sub: 'anna' })).toString('base64url')
  provider.answer = (call) => tokens(call, { id_token: `e30.${claims}.` })
  const body = clientOf(provider, { preprocessor: 'oidc' })
  const stranger = hub.reader()
  const mine = await connectSecret(hub, me, await createClient(me, body))
  const theirs = await connectSecret(hub, stranger, await createClient(stranger, body))
  assert.notEqual(mine, theirs)
  assert.equal((await readSecret(stranger, mine)).status, 404)
  assert.equal((await readSecret(me, mine)).body.data.owners.length, 1)
})

test('39: others see no client and use none; taking an owner out is no deletion', async (t) => {
  const { hub, provider, me } = await setup(t)
  const { tenant } = me.principal
  const client = await createClient(me, clientOf(provider, { owners: [{ id: tenant, type: 'TENANT' }] }))
  const own = await createClient(me, clientOf(provider))
  const [stranger, colleague] = [hub.reader(), hub.reader({ tenant })]
  assert.equal((await stranger.call('GET', CLIENTS)).body.meta.total, 0)
  assert.equal((await colleague.call('GET', CLIENTS)).body.meta.total, 1)
  assert.deepEqual(
    [(await beginFlow(hub, stranger, client)).status, (await beginFlow(hub, colleague, own)).status],
    [404, 403],
  )
  const renamed = await me.call('PATCH', `${CLIENTS}/${client}`, { name: 'renamed' })
  assert.equal(renamed.body.data.owners.length, 2)
  await me.call('DELETE', `${CLIENTS}/${client}`)
  assert.equal((await hub.events()).at(-1)?.name, 'secret-service.auth-client.modified')
})

test('40: a change cannot touch what is not a field of it, nor the secret of somebody else', async (t) => {
  const { hub, me, simple } = await setup(t)
  const { tenant } = me.principal
  const owners = [{ id: tenant, type: 'TENANT' }]
  const { id } = (await me.call('POST', SECRETS, { ...simple, owners })).body.data
  const colleague = hub.reader({ tenant })
  for (const bad of [
    ...[{ owners: [{ id: colleague.principal.id, type: 'USER' }] }, { type: 'MIXED' }, { lockedAt: null }],
    ...[{ encryptedFields: [] }, { tenant: randomUUID() }, { version: 9 }, { value: { externalId: 'x' } }],
  ]) {
    assert.equal((await me.call('PATCH', `${SECRETS}/${id}`, bad)).status, 400, JSON.stringify(bad))
  }
  for (const change of [{ name: 'taken' }, { allowedHosts: ['evil.example'] }, { value: { passphrase: 'mine now' } }])
    assert.equal((await colleague.call('PATCH', `${SECRETS}/${id}`, change)).status, 403, JSON.stringify(change))
  assert.deepEqual((await readSecret(me, id)).body.data.owners[0], { id: me.principal.id, type: 'USER' })
})

test('41: tokens of OAuth 1 and of sessions are masked, and an id that is none is no matter of the token', async (t) => {
  const { hub, provider, me } = await setup(t)
  const oauth1 = await createClient(me, {
    ...{ name: 'x', type: 'OA1_THREE_LEGGED', key: 'k', secret: 's', redirectUri: 'https://hub.example/' },
    endpoints: { request: 'https://p.example/', authorize: 'https://p.example/', access: 'https://p.example/' },
  })
  const session = await createClient(me, {
    ...{ name: 'x', type: 'SESSION_AUTH', fields: [], tokenPath: 'token' },
    endpoints: { auth: { authType: 'BODY_AUTH', url: provider.url, requestFields: [] } },
  })
  provider.answer = () => ({ token: 'session-token-0123' })
  const made = [
    {
      type: 'OA1_THREE_LEGGED',
      value: { authClientId: oauth1, accessToken: 'token-0123', accessTokenSecret: 'hush-0123' },
    },
    { type: 'SESSION_AUTH', value: { authClientId: session, inputFields: { pin: 'hush-0123' } } },
  ]
  const masked = hub.caller({ id: me.principal.id, tenant: me.principal.tenant, permissions: [] })
  for (const body of made) {
    const { id } = (await me.call('POST', SECRETS, { name: 'x', ...body })).body.data
    assert.match((await readSecret(me, id)).body.data.value.accessToken, /^(session-)?token-0123$/)
    const text = JSON.stringify((await readSecret(masked, id)).body)
    for (const word of ['token-0123', 'hush']) assert(!text.includes(word), text)
  }
  assert.equal((await readSecret(me, 'not-an-id')).status, 400)
})

test('42: an event says who did what to which thing, a change too', async (t) => {
  const { hub, me, simple } = await setup(t)
  const { id } = (await me.call('POST', SECRETS, simple)).body.data
  await me.call('PATCH', `${SECRETS}/${id}`, { name: 'renamed' })
  await readSecret(me, id)
  await me.call('DELETE', `${SECRETS}/${id}`)
  const { id: user, tenant } = me.principal
  assert.deepEqual(
    (await hub.events()).map(({ name, payload }) => [name, payload.user, payload.tenant, payload.id]),
    ['secret.created', 'secret.modified', 'token.get', 'secret.deleted'].map((name) => [
      `secret-service.${name}`,
      user,
      tenant,
      id,
    ]),
  )
})

test('43: who has a secret as a user of the tenant takes it from nobody, and is told so', async (t) => {
  const { hub, me, simple } = await setup(t)
  const { tenant } = me.principal
  const { id } = (await me.call('POST', SECRETS, { ...simple, owners: [{ id: tenant, type: 'TENANT' }] })).body.data
  const colleague = hub.reader({ tenant })
  assert.equal((await colleague.call('DELETE', `${SECRETS}/${id}`)).status, 403)
  assert.equal((await me.call('DELETE', `${SECRETS}/${id}/owners?id=${tenant}&type=TENANT`)).status, 200)
  assert.deepEqual((await readSecret(me, id)).body.data.owners, [{ id: me.principal.id, type: 'USER' }])
  assert.equal((await readSecret(colleague, id)).status, 403)
})
