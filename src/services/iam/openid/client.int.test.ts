import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADMIN_PASSWORD, createTestHub, createTwoTenants } from '../../../../test/support/iam-hub.ts'
import { basic, postForm } from '../../../../test/support/openid.ts'

const clients = '/iam/api/v1/clients'
const redirectUris = ['https://app.example.org/callback']

test('administrators register, see, change and delete clients, and each change is an event', async (t) => {
  const hub = await createTestHub(t)
  const token = await hub.login('admin', ADMIN_PASSWORD)
  const user = (await hub.iam.lookupToken(token))?.id
  const body = { name: 'Portal', type: 'web', redirectUris }
  const made = await hub.call('POST', clients, { token, body })
  assert.equal(made.status, 201)
  const { secret, ...client } = made.body
  assert.match(secret, /^oih_/)
  assert.deepEqual(
    [client.name, client.type, client.trusted, client.redirectUris],
    ['Portal', 'web', false, redirectUris],
  )
  assert.deepEqual((await hub.call('GET', `${clients}/${client.id}`, { token })).body, client)
  assert.deepEqual((await hub.call('GET', clients, { token })).body, [client])
  const path = `${clients}/${client.id}`
  const change = { name: 'Shop', trusted: true, redirectUris: ['https://shop.example.org/cb'] }
  const changed = await hub.call('PATCH', path, { token, body: change })
  assert.deepEqual([changed.status, changed.body.name, changed.body.trusted], [200, 'Shop', true])
  assert.equal((await hub.call('PATCH', path, { token, body: change })).status, 200)
  const renewed = await hub.call('POST', `${path}/secret`, { token })
  assert.ok(renewed.status === 201 && renewed.body.secret !== secret)
  assert.equal((await hub.call('DELETE', path, { token })).status, 200)
  assert.equal((await hub.call('GET', path, { token })).status, 404)
  const events = (await hub.events()).filter(({ name }) => name.startsWith('iam.client.'))
  assert.deepEqual(
    events.map(({ name, payload: { tenant: _, ...payload } }) => ({ name, payload })),
    [
      { name: 'iam.client.created', payload: { user, id: client.id, name: 'Portal', type: 'web', trusted: false } },
      {
        name: 'iam.client.modified',
        payload: {
          user,
          id: client.id,
          changed: ['name', 'redirectUris', 'trusted'],
          before: { name: 'Portal', trusted: false },
          after: { name: 'Shop', trusted: true },
        },
      },
      { name: 'iam.client.modified', payload: { user, id: client.id, changed: ['secret'], before: {}, after: {} } },
      { name: 'iam.client.deleted', payload: { user, id: client.id, name: 'Shop' } },
    ],
  )
})

test('a client that does not fit together is refused, and what there is none of is 404', async (t) => {
  const hub = await createTestHub(t)
  const token = await hub.login('admin', ADMIN_PASSWORD)
  const bad: [string, object][] = [
    ['name', { type: 'web', redirectUris }],
    ['name', { name: ' ', type: 'web', redirectUris }],
    ['type', { name: 'x', type: 'other', redirectUris }],
    ['redirectUris', { name: 'x', type: 'web' }],
    ['redirectUris[0]', { name: 'x', type: 'web', redirectUris: ['http://app.example.org/'] }],
    ['redirectUris[0]', { name: 'x', type: 'web', redirectUris: [1] }],
    ['redirectUris', { name: 'x', type: 'service', redirectUris }],
    ['trusted', { name: 'x', type: 'native', redirectUris, trusted: true }],
    ['secret', { name: 'x', type: 'web', redirectUris, secret: 'mine' }],
  ]
  for (const [field, body] of bad) {
    const answer = await hub.call('POST', clients, { token, body })
    assert.deepEqual([answer.status, answer.body.errors[0].field], [400, field], JSON.stringify(body))
  }
  const { body: browser } = await hub.call('POST', clients, {
    token,
    body: { name: 'x', type: 'browser', redirectUris },
  })
  assert.equal(browser.secret, undefined)
  assert.equal((await hub.call('POST', `${clients}/${browser.id}/secret`, { token })).status, 409)
  assert.equal((await hub.call('PATCH', `${clients}/${browser.id}`, { token, body: { redirectUris: [] } })).status, 400)
  assert.equal((await hub.call('PATCH', `${clients}/${browser.id}`, { token, body: { type: 'web' } })).status, 400)
  const none = `${clients}/00000000-0000-7000-8000-000000000000`
  assert.equal((await hub.call('GET', none, { token })).status, 404)
  assert.equal((await hub.call('PATCH', none, { token, body: {} })).status, 404)
  assert.equal((await hub.call('DELETE', none, { token })).status, 404)
  assert.equal((await hub.call('POST', `${none}/secret`, { token })).status, 404)
})

test('administrators of a tenant have no say in clients and keys', async (t) => {
  const hub = await createTestHub(t)
  const { a } = await createTwoTenants(hub)
  const tries = [
    ['GET', clients],
    ['POST', clients, { name: 'x', type: 'web', redirectUris }],
    ['GET', `${clients}/${a.tenant}`],
    ['PATCH', `${clients}/${a.tenant}`, {}],
    ['DELETE', `${clients}/${a.tenant}`],
    ['POST', `${clients}/${a.tenant}/secret`],
    ['POST', '/iam/api/v1/signing-keys'],
  ] as const
  for (const [method, path, body] of tries) {
    assert.equal((await hub.call(method, path, { token: a.boss, body })).status, 403, `${method} ${path}`)
    assert.equal((await hub.call(method, path, { body })).status, 401, `${method} ${path}`)
  }
})

test('a secret that is renewed with an overlap is good beside the new one until then, and one before it no more', async (t) => {
  const hub = await createTestHub(t)
  const token = await hub.login('admin', ADMIN_PASSWORD)
  const { body: client } = await hub.call('POST', clients, { token, body: { name: 'x', type: 'service' } })
  const renew = async (query: string) => {
    const answer = await hub.call('POST', `${clients}/${client.id}/secret${query}`, { token })
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    return answer.body.secret as string
  }
  const works = async (...secrets: string[]) => {
    const form = { grant_type: 'client_credentials' }
    const answers = secrets.map((secret) => postForm(`${hub.url}/iam/op/token`, form, basic({ id: client.id, secret })))
    return (await Promise.all(answers)).map(({ status }) => status === 200)
  }
  const first = client.secret
  const second = await renew('?overlap=1h')
  assert.deepEqual(await works(first, second), [true, true])
  const third = await renew('?overlap=1h')
  assert.deepEqual(await works(first, second, third), [false, true, true])
  hub.advance(3_600_001)
  assert.deepEqual(await works(first, second, third), [false, false, true])
  const fourth = await renew('')
  assert.deepEqual(await works(third, fourth), [false, true])
  assert.equal((await hub.call('POST', `${clients}/${client.id}/secret?overlap=soon`, { token })).status, 400)
  const rows = await hub.superuser.query('select * from iam.client')
  for (const secret of [first, second, third, fourth]) assert.ok(!JSON.stringify(rows).includes(secret))
})

test('addresses for after a sign-out are kept as the others are', async (t) => {
  const hub = await createTestHub(t)
  const token = await hub.login('admin', ADMIN_PASSWORD)
  const postLogoutRedirectUris = ['https://app.example.org/bye']
  const body = { name: 'x', type: 'web', redirectUris, postLogoutRedirectUris }
  const { body: made } = await hub.call('POST', clients, { token, body })
  assert.deepEqual(made.postLogoutRedirectUris, postLogoutRedirectUris)
  const patch = (uris: string[]) =>
    hub.call('PATCH', `${clients}/${made.id}`, { token, body: { postLogoutRedirectUris: uris } })
  assert.equal((await patch(['http://app.example.org/bye'])).body.errors[0].field, 'postLogoutRedirectUris[0]')
  assert.deepEqual((await patch([])).body.postLogoutRedirectUris, [])
  const [modified] = await hub.events('iam.client.modified')
  assert.deepEqual(modified?.payload.changed, ['postLogoutRedirectUris'])
  assert.doesNotMatch(JSON.stringify(modified), /bye/)
})
