import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { beginFlow, CALLBACK, CLIENTS, clientOf, createClient } from '../../../../test/support/connecting.ts'
import { setupSecretService } from '../../../../test/support/secret-service.ts'

const provider = { url: 'https://provider.example' }

const bodies = {
  OA1_TWO_LEGGED: { consumerKey: 'consumer-key-0123', consumerSecret: 'very-secret', nonce: 'n', signatureMethod: 'm' },
  OA1_THREE_LEGGED: {
    ...{ key: 'three-legged-key', secret: 'very-secret', appName: 'Hub', redirectUri: 'https://hub.example/back' },
    endpoints: { request: provider.url, authorize: provider.url, access: provider.url },
  },
  OA2_AUTHORIZATION_CODE: clientOf(provider, { clientSecret: 'very-secret', successUrls: ['https://app.example/x'] }),
  OA2_CLIENT_CREDENTIALS: {
    ...{ clientId: 'the-client-id', clientSecret: 'very-secret' },
    endpoints: { token: `${provider.url}/token` },
  },
  SESSION_AUTH: {
    ...{ fields: [{ key: 'user', label: 'User', required: true }], tokenPath: 'token' },
    endpoints: {
      auth: {
        ...{ authType: 'BODY_AUTH', url: `${provider.url}/{{fields.user}}` },
        requestFields: [
          { key: 'user', value: '{{fields.user}}' },
          { key: 'app', value: 'very-secret' },
        ],
      },
    },
  },
} as const

test('clients of every type are stored sealed; their credentials see owners in person with the permission', async (t) => {
  const hub = await setupSecretService(t)
  const me = hub.caller({ permissions: [] })
  const { id: userId, tenant } = me.principal
  const raw = hub.caller({ id: userId, tenant, permissions: ['secrets.authClient.readRaw'] })
  const colleague = hub.caller({ tenant, permissions: ['secrets.authClient.readRaw'] })
  const owners = [{ id: tenant, type: 'TENANT' }]
  for (const [type, fields] of Object.entries(bodies)) {
    const made = await me.call('POST', CLIENTS, { data: { ...fields, name: `a ${type}`, type, owners } })
    assert.equal(made.status, 200, JSON.stringify(made.body))
    const path = `${CLIENTS}/${made.body.data.id}`
    for (const [who, sees] of [...[[me, false] as const, [colleague, false] as const], [raw, true] as const]) {
      const { status, body } = await who.call('GET', path)
      assert.equal(status, 200)
      assert.equal(JSON.stringify(body).includes('very-secret'), sees, `${type}: ${JSON.stringify(body)}`)
    }
    assert(!JSON.stringify(made.body).includes('very-secret'), 'what was written is not told back')
    const look = await raw.call('GET', `${path}?masked=true`)
    assert(look.status === 200 && !JSON.stringify(look.body).includes('very-secret'), type)
    const { data } = (await raw.call('GET', path)).body
    for (const [name, value] of Object.entries(fields)) if (name !== 'name') assert.deepEqual(data[name], value, name)
  }
  const stored = JSON.stringify(await hub.asSuperuser('select * from secret_service.auth_client'))
  const events = JSON.stringify(await hub.events())
  for (const word of ['very-secret', 'the-client-id', 'three-legged-key'])
    assert(!(stored + events).includes(word), word)
})

test('a client is listed and used by those it is shared with, changed by owners in person, and unknown elsewhere', async (t) => {
  const hub = await setupSecretService(t)
  const me = hub.reader()
  const { tenant, id: myId } = me.principal
  const [colleague, stranger, admin] = [hub.reader({ tenant }), hub.reader(), hub.caller({ permissions: ['all'] })]
  const mine = await createClient(me, { ...clientOf(provider), name: 'mine' })
  const shared = await createClient(
    me,
    clientOf(provider, { name: 'shared', owners: [{ id: tenant, type: 'TENANT' }] }),
  )
  const names = async (who: typeof me) =>
    (await who.call('GET', CLIENTS)).body.data.map(({ name }: { name: string }) => name)
  assert.deepEqual(
    [await names(me), await names(colleague), await names(stranger)],
    [['mine', 'shared'], ['shared'], []],
  )
  const listed = (await colleague.call('GET', CLIENTS)).body.data[0]
  assert.deepEqual(Object.keys(listed).toSorted(), [
    '_id',
    'createdAt',
    'id',
    'name',
    'owners',
    'tenant',
    'type',
    'updatedAt',
  ])
  for (const [method, path, body] of [
    ['GET', '', undefined],
    ['PATCH', '', { name: 'taken' }],
    ['DELETE', '', undefined],
    ['POST', '/start-flow', {}],
  ] as const) {
    const status = async (who: typeof me, id: string) =>
      (await who.call(method, `${CLIENTS}/${id}${path}`, body)).status
    assert.equal(await status(stranger, shared), 404, `${method} ${path}`)
    assert.equal(await status(colleague, mine), 403, `${method} ${path}`)
    const isUse = method === 'GET' || method === 'POST'
    assert.equal(await status(colleague, shared), isUse ? 200 : 403, `${method} ${path}`)
  }
  assert.equal((await stranger.call('GET', `${CLIENTS}/${shared}/secrets`)).status, 404)
  assert.equal((await colleague.call('GET', `${CLIENTS}/${mine}/secrets`)).body.meta.total, 0)
  assert.equal((await beginFlow(hub, admin, shared)).status, 403, 'nobody connects for another tenant')
  assert.equal((await me.call('DELETE', `${CLIENTS}/${shared}`)).status, 204)
  assert.deepEqual(
    [await names(me), await names(colleague)],
    [['mine', 'shared'], ['shared']],
    'it stays with the tenant',
  )
  assert.equal((await me.call('DELETE', `${CLIENTS}/${mine}`)).status, 204)
  assert.equal((await admin.call('DELETE', `${CLIENTS}/${shared}`)).status, 204)
  assert.deepEqual(await names(colleague), [])
  const told = (await hub.events()).map(({ name, payload }) => [name.split('.').at(-1), payload.user, payload.changed])
  assert.deepEqual(told, [
    ...[
      ['created', myId, undefined],
      ['created', myId, undefined],
      ['modified', myId, ['owners']],
    ],
    ...[
      ['deleted', myId, undefined],
      ['deleted', admin.principal.id, undefined],
    ],
  ])
})

test('a change touches what it names, null takes away, and the result must be whole', async (t) => {
  const hub = await setupSecretService(t)
  const me = hub.caller({ permissions: ['secrets.authClient.readRaw'] })
  const client = await createClient(me, clientOf(provider, { predefinedScope: 'read', issuer: provider.url }))
  const path = `${CLIENTS}/${client}`
  const change = { name: 'renamed', predefinedScope: 'read write', issuer: null, clientSecret: 'another' }
  const { status, body } = await me.call('PATCH', path, change)
  assert.deepEqual([status, body.data.name, body.data.issuer], [200, 'renamed', undefined])
  const { data } = (await me.call('GET', path)).body
  assert.deepEqual([data.clientId, data.clientSecret, data.predefinedScope], ['the-client-id', 'another', 'read write'])
  assert.equal((await me.call('PATCH', path, { name: 'renamed' })).status, 200)
  for (const [bad, field] of [
    [{ clientSecret: null }, 'clientSecret'],
    [{ endpoints: { token: `${provider.url}/token` } }, 'endpoints'],
    [{ tokenPath: 'x' }, 'tokenPath'],
    [{ type: 'SESSION_AUTH' }, 'type'],
    [{ owners: [] }, 'owners'],
    [{ endpoints: { auth: provider.url, token: 'http://provider.example/token' } }, 'endpoints.token'],
  ] as const) {
    const refused = await me.call('PATCH', path, bad)
    assert.equal(refused.status, 400, JSON.stringify(bad))
    assert(refused.body.errors[0].field.startsWith(field), JSON.stringify(refused.body))
  }
  const told = (await hub.events()).filter(({ name }) => name.endsWith('modified'))
  assert.deepEqual(
    told.map(({ payload: { changed, before, after } }) => ({ changed, before, after })),
    [
      {
        changed: ['name', 'predefinedScope', 'issuer', 'clientSecret'],
        before: { name: 'a provider', predefinedScope: 'read' },
        after: { name: 'renamed', predefinedScope: 'read write' },
      },
    ],
  )
})

test('a client that is not whole, or whose addresses must not be called, is refused with the field', async (t) => {
  const hub = await setupSecretService(t)
  const me = hub.reader()
  const auth = `${provider.url}/auth`
  const bad: [object, string][] = [
    [{ ...clientOf(provider), endpoints: undefined }, 'endpoints'],
    [{ ...clientOf(provider), clientSecret: undefined }, 'clientSecret'],
    [{ ...clientOf(provider), tokenPath: 'x' }, 'tokenPath'],
    [{ ...clientOf(provider), redirectUri: 'https://evil.example/callback' }, 'redirectUri'],
    [{ ...clientOf(provider), redirectUri: `${hub.url}${CALLBACK}/` }, 'redirectUri'],
    [{ ...clientOf(provider), owners: [{ id: randomUUID(), type: 'TENANT' }] }, 'owners[0].id'],
    [{ ...clientOf(provider), template: 'unknown' }, 'template'],
    [{ ...clientOf(provider), preprocessor: 'evil' }, 'preprocessor'],
    ...['http://provider.example/token', 'http://10.0.0.1/', 'https://u:p@provider.example/', 'https://'].map(
      (token): [object, string] => [{ ...clientOf(provider), endpoints: { auth, token } }, 'endpoints.token'],
    ),
    [{ ...clientOf(provider), endpoints: { auth, token: 'file:///etc/passwd' } }, 'endpoints.token'],
    [{ ...bodies.SESSION_AUTH, name: 'x', type: 'SESSION_AUTH', endpoints: {} }, 'endpoints.auth'],
    [{ name: 'x', type: 'UNKNOWN' }, 'type'],
  ]
  for (const [body, field] of bad) {
    const { status, body: answer } = await me.call('POST', CLIENTS, body)
    assert.equal(status, 400, `${JSON.stringify(body)}: ${JSON.stringify(answer)}`)
    assert(
      answer.errors.some((error: { field?: string }) => error.field === field),
      JSON.stringify(answer),
    )
  }
  assert.deepEqual(await hub.events(), [])
  const own = { ...clientOf(provider), redirectUri: `${hub.url}${CALLBACK}` }
  assert.equal((await me.call('POST', CLIENTS, own)).status, 200)
  const plain = clientOf({ url: 'http://127.0.0.1:9' })
  assert.equal((await me.call('POST', CLIENTS, plain)).status, 200, 'a private address that is allowed')
  const oauth1 = await createClient(me, { ...bodies.OA1_THREE_LEGGED, name: 'x', type: 'OA1_THREE_LEGGED' })
  assert.equal((await beginFlow(hub, me, oauth1)).status, 409)
})

test('a template gives all but the credentials, and what is said beside it counts', async (t) => {
  const hub = await setupSecretService(t)
  const me = hub.reader()
  const templates = (await me.call('GET', '/secret-service/api/v1/auth-client-templates')).body.data
  const keys = templates.map(({ key }: { key: string }) => key)
  assert.deepEqual(keys, ['google', 'microsoft', 'github', 'salesforce', 'hubspot'])
  for (const template of keys) {
    const body = { name: template, type: 'OA2_AUTHORIZATION_CODE', template, clientId: 'id', clientSecret: 'secret' }
    const client = await createClient(me, { ...body, predefinedScope: 'mine' })
    const { authUrl, state } = await beginFlow(hub, me, client, { scope: 'more' })
    const { searchParams, protocol } = authUrl
    assert.deepEqual(
      [protocol, searchParams.get('state'), searchParams.get('scope'), searchParams.get('redirect_uri')],
      ['https:', state, 'mine more', `${hub.url}${CALLBACK}`],
    )
  }
})

test('all clients of an owner go in one request of whoever may do that', async (t) => {
  const hub = await setupSecretService(t)
  const me = hub.reader()
  const service = hub.caller({ permissions: ['secrets.authClient.deleteAny', 'all'] })
  await createClient(me, clientOf(provider))
  const path = `${CLIENTS}?ownerId=${me.principal.id}&type=USER`
  assert.equal((await me.call('DELETE', path)).status, 403)
  assert.equal((await me.call('DELETE', CLIENTS)).status, 403)
  assert.equal((await service.call('DELETE', CLIENTS)).status, 400)
  assert.equal((await service.call('DELETE', path)).status, 200)
  assert.equal((await me.call('GET', CLIENTS)).body.meta.total, 0)
})

test('owners in person let the tenant and others connect through a client, and take that back', async (t) => {
  const hub = await setupSecretService(t)
  const me = hub.reader()
  const { tenant } = me.principal
  const [colleague, stranger] = [hub.reader({ tenant }), hub.reader()]
  const path = `${CLIENTS}/${await createClient(me, clientOf(provider))}`
  const share = (who: typeof me, body: object) => who.call('POST', `${path}/owners`, body)
  assert.deepEqual(
    [(await colleague.call('GET', path)).status, (await share(colleague, { id: tenant, type: 'TENANT' })).status],
    [403, 403],
  )
  assert.equal((await share(stranger, { id: stranger.principal.tenant, type: 'TENANT' })).status, 404)
  const foreign = await share(me, { id: stranger.principal.tenant, type: 'TENANT' })
  assert.deepEqual([foreign.status, foreign.body.errors[0].field], [400, 'id'])
  assert.equal((await share(me, { id: tenant, type: 'TENANT' })).body.data.owners.length, 2)
  assert.equal((await share(me, { id: tenant, type: 'TENANT' })).body.data.owners.length, 2, 'once is enough')
  assert.equal((await colleague.call('GET', path)).status, 200)
  assert.equal((await share(colleague, { id: colleague.principal.id })).status, 403, 'nobody makes himself an owner')
  const take = (who: typeof me, id: string, type: string) =>
    who.call('DELETE', `${path}/owners?${new URLSearchParams({ id, type })}`)
  assert.equal((await take(colleague, me.principal.id, 'USER')).status, 403)
  assert.equal((await take(me, tenant, 'TENANT')).status, 200)
  assert.equal((await take(me, me.principal.id, 'USER')).status, 409, 'not the last one')
  assert.equal((await colleague.call('GET', path)).status, 403)
  const told = (await hub.events()).filter(({ name }) => name === 'secret-service.auth-client.modified')
  assert.deepEqual(
    told.map(({ payload }) => payload.changed),
    [['owners'], ['owners']],
  )
})
