import assert from 'node:assert/strict'
import { createHmac, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { SECRETS, setupSecretService } from '../../../../test/support/secret-service.ts'
import type { TestCaller } from '../../../../test/support/service-fixture.ts'

const values = {
  SIMPLE: { username: 'anna', passphrase: 'correct horse battery' },
  MIXED: { payload: '{"host":"db.example.com","pin":"4711"}' },
  API_KEY: { key: 'key-0123456789', headerName: 'x-api-key' },
  OA1_TWO_LEGGED: { expiresAt: '2100-01-01T00:00:00.000Z' },
} as const

async function create({ call }: TestCaller, type: keyof typeof values = 'SIMPLE', more: object = {}) {
  const answer = await call('POST', SECRETS, { name: `a ${type}`, type, value: values[type], ...more })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body.data as { id: string; owners: { id: string; type: string }[]; value: Record<string, string> }
}

test('secrets of every static type are stored, masked without the permission and clear with it', async (t) => {
  const { caller, events } = await setupSecretService(t)
  const me = caller({ permissions: [] })
  const { id: userId, tenant } = me.principal
  const raw = caller({ id: userId, tenant, permissions: ['secrets.secret.readRaw'] })
  const masked = {
    SIMPLE: { username: 'anna', passphrase: '***' },
    MIXED: { payload: '***11"}' },
    API_KEY: { key: '***6789', headerName: 'x-api-key' },
    OA1_TWO_LEGGED: values.OA1_TWO_LEGGED,
  }
  for (const type of Object.keys(values) as (keyof typeof values)[]) {
    const made = await create(me, type)
    assert.deepEqual(made.owners, [{ id: userId, type: 'USER' }])
    const hidden = await me.call('GET', `${SECRETS}/${made.id}`)
    assert.deepEqual([hidden.status, hidden.body.data.value], [200, masked[type]])
    const look = await raw.call('GET', `${SECRETS}/${made.id}?masked=true`)
    assert.deepEqual([look.status, look.body.data.value], [200, masked[type]])
    const clear = await raw.call('GET', `${SECRETS}/${made.id}`)
    assert.deepEqual([clear.status, clear.body.data.value, clear.body.data.encryptedFields], [200, values[type], []])
  }
  const told = await events()
  assert.equal(told.filter(({ name }) => name === 'secret-service.token.get').length, 4, 'masked looks are no readings')
  const text = JSON.stringify(told)
  for (const word of ['correct horse', '4711', 'key-0123456789']) assert(!text.includes(word), word)
})

test('what was just written is not told back, wrapped or bare', async (t) => {
  const { reader } = await setupSecretService(t)
  const me = reader()
  const body = { name: 'mine', type: 'SIMPLE', value: values.SIMPLE }
  for (const given of [body, { data: body }]) {
    const { status, body: answer } = await me.call('POST', SECRETS, given)
    assert.equal(status, 200)
    assert.deepEqual(answer.data.value, { username: '***', passphrase: '***' })
    assert.deepEqual(answer.data.encryptedFields, ['username', 'passphrase'])
  }
})

test('a secret is there for its owners alone: of another tenant it does not exist', async (t) => {
  const { reader, caller } = await setupSecretService(t)
  const me = reader()
  const { tenant } = me.principal
  const [colleague, stranger, admin] = [reader({ tenant }), reader(), caller({ permissions: ['all'] })]
  const mine = await create(me)
  const shared = await create(me, 'SIMPLE', { owners: [{ id: tenant, type: 'TENANT' }] })
  const status = async (who: typeof me, id: string) => (await who.call('GET', `${SECRETS}/${id}`)).status
  assert.deepEqual([await status(colleague, mine.id), await status(colleague, shared.id)], [403, 200])
  assert.deepEqual([await status(stranger, mine.id), await status(stranger, shared.id)], [404, 404])
  const seen = await admin.call('GET', `${SECRETS}/${mine.id}`)
  assert.deepEqual([seen.status, seen.body.data.value.passphrase], [200, '***'], 'who sees all reads none in clear')
  const list = async (who: typeof me) => (await who.call('GET', SECRETS)).body.data.map(({ id }: { id: string }) => id)
  assert.deepEqual(await list(me), [mine.id, shared.id])
  assert.deepEqual(await list(colleague), [shared.id])
  assert.deepEqual(await list(stranger), [])
  for (const [method, path, body] of [
    ['PATCH', '', { name: 'taken' }],
    ['DELETE', '', undefined],
    ['POST', '/owners', { id: stranger.principal.id }],
    ['DELETE', `/owners?id=${me.principal.id}`, undefined],
    ['POST', '/validateHmac', { hmacValue: 'x', rawBody: 'y' }],
    ['GET', '/versions', undefined],
  ] as const) {
    assert.equal((await stranger.call(method, `${SECRETS}/${shared.id}${path}`, body)).status, 404, `${method} ${path}`)
    assert.equal((await colleague.call(method, `${SECRETS}/${mine.id}${path}`, body)).status, 403, `${method} ${path}`)
  }
})

test('owners come and go, and with the last one the secret', async (t) => {
  const { reader, events } = await setupSecretService(t)
  const me = reader()
  const { tenant, id: myId } = me.principal
  const colleague = reader({ tenant })
  const { id } = await create(me)
  const add = (owner: object) => me.call('POST', `${SECRETS}/${id}/owners`, owner)
  assert.equal((await add({ id: randomUUID(), type: 'TENANT' })).status, 400, 'another tenant')
  assert.deepEqual((await add({ id: tenant, type: 'TENANT' })).body.data.owners.length, 2)
  assert.equal((await add({ id: tenant, type: 'TENANT' })).body.data.owners.length, 2, 'once')
  const gone = await me.call('DELETE', `${SECRETS}/${id}/owners?id=${myId}&type=USER`)
  assert.deepEqual(gone.body.data.owners, [{ id: tenant, type: 'TENANT' }])
  assert.equal((await me.call('DELETE', `${SECRETS}/${id}/owners`)).status, 400)
  assert.equal((await colleague.call('DELETE', `${SECRETS}/${id}/owners?id=${tenant}&type=TENANT`)).status, 409)
  assert.equal((await colleague.call('DELETE', `${SECRETS}/${id}`)).status, 204)
  assert.equal((await colleague.call('GET', `${SECRETS}/${id}`)).status, 404)
  const told = (await events()).map(({ name, payload }) => [name.split('.').at(-1), payload.user])
  const other = colleague.principal.id
  assert.deepEqual(told, [
    ...[
      ['created', myId],
      ['ownerAdded', myId],
      ['ownerRemoved', myId],
      ['deleted', other],
    ],
  ])
})

test('a change touches what it names; a value gets another version, and the former one can stay good for a while', async (t) => {
  const { reader, later, events } = await setupSecretService(t)
  const me = reader()
  const { id } = await create(me, 'API_KEY')
  const path = `${SECRETS}/${id}`
  const hmac = async (key: string) => {
    const hmacValue = createHmac('sha256', key).update('the body').digest('base64')
    const body = { hmacValue, hmacAlgo: 'sha256', rawBody: { type: 'Buffer', data: [...Buffer.from('the body')] } }
    return (await me.call('POST', `${path}/validateHmac`, body)).body.data
  }
  assert.deepEqual([await hmac('key-0123456789'), await hmac('other')], [true, false])
  const renamed = await me.call('PATCH', path, { data: { name: 'renamed' } })
  assert.deepEqual([renamed.body.data.name, renamed.body.data.version, renamed.body.data.id], ['renamed', 1, id])
  const changed = await me.call('PATCH', path, { value: { key: 'key-9876543210' }, keepPreviousFor: 60 })
  assert.equal(changed.body.data.version, 2)
  const clear = (await me.call('GET', path)).body.data
  assert.deepEqual(clear.value, { key: 'key-9876543210', headerName: 'x-api-key' }, 'other fields stay')
  assert.equal((await me.call('GET', `${path}?version=1`)).body.data.value.key, 'key-0123456789')
  assert.deepEqual([await hmac('key-0123456789'), await hmac('key-9876543210')], [true, true])
  for (let n = 2; n < 10; n += 1)
    assert.equal((await me.call('PATCH', path, { value: { key: 'key-9876543210' }, keepPreviousFor: 60 })).status, 200)
  const full = await me.call('PATCH', path, { value: { key: 'key-9876543210' }, keepPreviousFor: 60 })
  assert.equal(full.status, 409, 'the number of versions that are good is bounded')
  later(61_000)
  assert.equal((await me.call('GET', `${path}?version=1`)).status, 404)
  assert.deepEqual([await hmac('key-0123456789'), await hmac('key-9876543210')], [false, true])
  assert.equal((await me.call('GET', `${path}/versions`)).body.data.length, 1)
  const told = (await events()).filter(({ name }) => name === 'secret-service.secret.modified')
  assert.deepEqual(
    told.map(({ payload: { changed, before, after } }) => ({ changed, before, after })),
    [
      { changed: ['name'], before: { name: 'a API_KEY' }, after: { name: 'renamed' } },
      ...Array.from({ length: 9 }, () => ({ changed: ['value'], before: undefined, after: undefined })),
    ],
  )
})

test('a former value that is still good can be ended at once', async (t) => {
  const { reader, events } = await setupSecretService(t)
  const me = reader()
  const { id } = await create(me, 'API_KEY')
  const path = `${SECRETS}/${id}`
  const { length } = await events()
  const end = (keepPreviousFor: number) => me.call('PATCH', path, { keepPreviousFor })
  assert.equal((await end(0)).status, 200, 'there is none')
  assert.equal((await events()).length, length)
  await me.call('PATCH', path, { value: { key: 'key-9876543210' }, keepPreviousFor: 60 })
  for (const [seconds, status] of [
    [3_600, 200],
    [30, 200],
    [0, 404],
  ] as const) {
    assert.equal((await end(seconds)).status, 200)
    assert.equal((await me.call('GET', `${path}?version=1`)).status, status)
  }
  assert.equal((await me.call('GET', path)).body.data.value.key, 'key-9876543210')
  const told = (await events()).slice(length).filter(({ name }) => name === 'secret-service.secret.modified')
  assert.deepEqual(
    told.map(({ payload }) => payload.changed),
    [['value'], ['keepPreviousFor'], ['keepPreviousFor']],
  )
})

test('bad input is refused with the field and changes nothing', async (t) => {
  const { reader, caller, events } = await setupSecretService(t)
  const me = reader()
  const { id } = await create(me)
  const simple = { name: 'n', type: 'SIMPLE', value: values.SIMPLE }
  const bad: [string, string, unknown, string][] = [
    ['POST', '', { ...simple, type: 'UNKNOWN' }, 'type'],
    ['POST', '', { ...simple, value: { username: 'anna' } }, 'value.passphrase'],
    ['POST', '', { ...simple, value: { ...values.SIMPLE, key: 'k' } }, 'value.key'],
    ['POST', '', { ...simple, lockedAt: '2020-01-01T00:00:00Z' }, 'lockedAt'],
    ['POST', '', { ...simple, owners: [{ id: randomUUID(), type: 'TENANT' }] }, 'owners[0].id'],
    ['POST', '', { ...simple, allowedHosts: ['https://example.com/x'] }, 'allowedHosts[0]'],
    [
      'POST',
      '',
      { ...simple, type: 'SESSION_AUTH', value: { authClientId: randomUUID(), inputFields: {} } },
      'value.authClientId',
    ],
    ['PATCH', `/${id}`, { owners: [] }, 'owners'],
    ['PATCH', `/${id}`, { type: 'MIXED' }, 'type'],
    ['PATCH', `/${id}`, { value: { key: 'k' } }, 'value.key'],
    ['PATCH', `/${id}`, { keepPreviousFor: -1 }, 'keepPreviousFor'],
  ]
  const before = (await events()).length
  for (const [method, path, body, field] of bad) {
    const { status, body: answer } = await me.call(method, SECRETS + path, body)
    assert.equal(status, 400, `${JSON.stringify(body)}: ${JSON.stringify(answer)}`)
    assert(
      answer.errors.some((error: { field?: string }) => error.field === field),
      JSON.stringify(answer),
    )
  }
  assert.equal((await me.call('GET', `${SECRETS}/not-an-id`)).status, 400)
  assert.equal((await events()).length, before)
  const homeless = caller({ permissions: ['all'], tenant: undefined as never })
  assert.equal((await homeless.call('DELETE', SECRETS)).status, 400)
})

test('who has no more than a token of runs reads the secrets that the flow names, and does nothing else', async (t) => {
  const { reader, caller, events } = await setupSecretService(t)
  const me = reader()
  const { tenant, id: userId } = me.principal
  const [named, other] = [await create(me), await create(me)]
  const foreign = await create(reader({ tenant }))
  const flowId = randomUUID()
  const secretIds = new Set([named.id, foreign.id])
  const run = caller({ id: userId, tenant, permissions: [], flowId, secretIds })
  const runId = randomUUID()
  assert.equal((await run.call('GET', `${SECRETS}/${named.id}?masked=true`)).status, 403, 'a look is no reading')
  const { status, body } = await run.call('GET', `${SECRETS}/${named.id}?runId=${runId}&stepId=call`)
  assert.deepEqual([status, body.data.value], [200, values.SIMPLE])
  assert.deepEqual((await events()).at(-1), {
    name: 'secret-service.token.get',
    payload: { user: userId, tenant, id: named.id, type: 'SIMPLE', flowId, runId, stepId: 'call' },
  })
  assert.equal((await run.call('GET', `${SECRETS}/${other.id}`)).status, 403, 'not named')
  assert.equal((await run.call('GET', `${SECRETS}/${foreign.id}`)).status, 403, 'not owned')
  for (const [method, path, given] of [
    ['GET', '', undefined],
    ['POST', '', { name: 'n', type: 'SIMPLE', value: values.SIMPLE }],
    ['PATCH', `/${named.id}`, { name: 'n' }],
    ['DELETE', `/${named.id}`, undefined],
  ] as const)
    assert.equal((await run.call(method, SECRETS + path, given)).status, 403, `${method} ${path}`)
})

test('a value that is over is told no more, and a warning comes once before', async (t) => {
  const { reader, later, events, cleanUp } = await setupSecretService(t)
  const me = reader()
  const expiresAt = new Date(Date.now() + 10 * 86_400_000).toISOString()
  const { id } = await create(me, 'SIMPLE', { expiresAt })
  const warnings = async () => (await events()).filter(({ name }) => name === 'secret-service.secret.expiring')
  await cleanUp()
  assert.deepEqual(await warnings(), [], 'it is too early')
  later(6 * 86_400_000)
  await Promise.all([cleanUp(), cleanUp()])
  assert.deepEqual(
    (await warnings()).map(({ payload }) => payload),
    [{ tenant: me.principal.tenant, id, name: 'a SIMPLE', type: 'SIMPLE', expiresAt }],
  )
  assert.equal((await me.call('GET', `${SECRETS}/${id}`)).body.data.expiresAt, expiresAt)
  later(5 * 86_400_000)
  const { status, body } = await me.call('GET', `${SECRETS}/${id}`)
  assert.equal(status, 409)
  assert.match(body.detail, /it was over at .* and it must be replaced/)
  assert.equal((await events()).filter(({ name }) => name.endsWith('token.get')).length, 1, 'only what was told')
})

test('a reading whose record cannot be committed tells nothing', async (t) => {
  const { reader, asSuperuser, events } = await setupSecretService(t)
  const me = reader()
  const { id } = await create(me)
  await asSuperuser(`alter table event_bus.event add constraint no_record check (name <> 'secret-service.token.get')`)
  const refused = await me.call('GET', `${SECRETS}/${id}`)
  assert(refused.status >= 500, 'no record, no value')
  assert(!JSON.stringify(refused.body).includes('correct horse'))
  await asSuperuser('alter table event_bus.event drop constraint no_record')
  const answers = await Promise.all(Array.from({ length: 300 }, () => me.call('GET', `${SECRETS}/${id}`)))
  assert(answers.every(({ status, body }) => status === 200 && body.data.value.passphrase === values.SIMPLE.passphrase))
  assert.equal(
    (await events()).filter(({ name }) => name.endsWith('token.get')).length,
    300,
    'each reading is on record',
  )
})

test('while connections to the database break, each reading is on record or tells nothing', async (t) => {
  const { reader, asSuperuser, events } = await setupSecretService(t)
  const me = reader()
  const { id } = await create(me)
  const cut = `select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid() and usename = current_user and query ilike '%secret%'`
  let given = 0
  for (let round = 0; round < 10; round += 1) {
    const answers = Array.from({ length: 40 }, () => me.call('GET', `${SECRETS}/${id}`))
    await asSuperuser(cut)
    for (const { status, body } of await Promise.all(answers)) {
      assert([200, 503].includes(status), JSON.stringify(body))
      if (status === 200) given += 1
      else assert(!JSON.stringify(body).includes('correct horse'))
    }
  }
  assert.equal((await me.call('GET', `${SECRETS}/${id}`)).status, 200, 'it goes on')
  const records = (await events()).filter(({ name }) => name.endsWith('token.get')).length
  assert(records > given, `${given + 1} values and ${records} records`)
})

test('users and tenants who go leave no secret behind that nobody else owns', async (t) => {
  const { reader, fromIam, asSuperuser, events } = await setupSecretService(t)
  const me = reader()
  const { tenant, id: userId } = me.principal
  const colleague = reader({ tenant })
  const [alone, shared] = [
    await create(me),
    await create(me, 'SIMPLE', { owners: [{ id: colleague.principal.id, type: 'USER' }] }),
  ]
  const elsewhere = reader()
  const kept = await create(elsewhere)
  await fromIam('iam.user.deleted', { id: userId })
  assert.equal((await colleague.call('GET', `${SECRETS}/${shared.id}`)).body.data.owners.length, 1)
  const gone = (await events()).filter(({ name }) => name === 'secret-service.secret.deleted')
  assert.deepEqual(
    gone.map(({ payload }) => payload.id),
    [alone.id],
  )
  await fromIam('iam.tenant.deleted', { id: tenant })
  assert.equal((await colleague.call('GET', `${SECRETS}/${shared.id}`)).status, 404)
  const keys = (await asSuperuser('select tenant_id from secret_service.data_key')) as { tenant_id: string }[]
  assert.deepEqual(
    keys.map((key) => key.tenant_id),
    [elsewhere.principal.tenant],
    'its keys are destroyed',
  )
  assert.equal((await elsewhere.call('GET', `${SECRETS}/${kept.id}`)).status, 200)
})

test('a sealed value that was moved or altered is not told', async (t) => {
  const { reader, asSuperuser } = await setupSecretService(t)
  const me = reader()
  const [one, other] = [await create(me, 'API_KEY'), await create(me, 'API_KEY')]
  const stored = JSON.stringify(await asSuperuser('select * from secret_service.secret_value'))
  assert(!stored.includes('key-0123456789'))
  await asSuperuser(`update secret_service.secret_value v set sealed = (select sealed from secret_service.secret_value where secret_id = '${one.id}')
                      where secret_id = '${other.id}'`)
  const { status, body } = await me.call('GET', `${SECRETS}/${other.id}`)
  assert.equal(status, 500)
  assert(!JSON.stringify(body).includes('key-0123456789'))
  assert.equal((await me.call('GET', `${SECRETS}/${one.id}`)).status, 200)
})
