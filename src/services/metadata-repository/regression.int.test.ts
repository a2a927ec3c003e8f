import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { callHub } from '../../../test/support/hub-client.ts'
import {
  createDomain,
  createSchema,
  DOMAINS,
  SCHEMAS,
  setupMetadataRepository,
} from '../../../test/support/metadata-repository.ts'

// The cases of the reference by their numbers, and its defects, which are not to come back.

const organization = {
  $id: 'https://github.com/organizationV1.json',
  title: 'Organization',
  type: 'object',
  properties: { name: { type: 'string' } },
}

async function setup(t: TestContext) {
  const repository = await setupMetadataRepository(t)
  const me = repository.modeller()
  const namesOf = async () => (await repository.events()).map(({ name }) => name)
  return { ...repository, me, namesOf }
}

test('70: a fresh user has no domains, on one page', async (t) => {
  const { caller } = await setup(t)
  const { status, body } = await caller({ permissions: [] }).call('GET', DOMAINS)
  assert.equal(status, 200)
  assert.deepEqual(body, { data: [], meta: { page: 1, perPage: 50, total: 0, totalPages: 1 } })
})

test('71: domains are created with the permission, and public ones by administrators of the hub alone', async (t) => {
  const { caller, admin, me, events } = await setup(t)
  const { status, body } = await me.call('POST', DOMAINS, { name: 'one', description: 'the first', public: true })
  assert.equal(status, 200)
  const { id, _id, createdAt, updatedAt, ...rest } = body.data
  assert.deepEqual([_id, createdAt], [id, updatedAt])
  const { id: user, tenant } = me.principal
  assert.deepEqual(rest, {
    ...{ name: 'one', description: 'the first', public: false, compatibility: 'NONE', tenant },
    owners: [{ id: user, type: 'USER' }],
  })
  const payload = { user, tenant, id, name: 'one', public: false, tenantId: tenant }
  assert.deepEqual(await events(), [{ name: 'metadata.domain.created', payload }])
  for (let count = 0; count < 3; count++) await createDomain(me)
  assert.equal((await me.call('GET', DOMAINS)).body.data.length, 4)
  const refused = await caller({ permissions: [] }).call('POST', DOMAINS, { name: 'x' })
  assert.deepEqual([refused.status, /"metadata.domains.crud"/.test(refused.body.detail)], [403, true])
  assert.equal((await admin().call('POST', DOMAINS, { name: 'x', public: true })).body.data.public, true)
})

test('73: a public domain is read by users of every tenant, and counted where it is listed', async (t) => {
  const { caller, admin, me } = await setup(t)
  const open = await createDomain(admin(), { public: true })
  const own = await createDomain(me)
  const reader = caller({ permissions: [] })
  assert.equal((await reader.call('GET', `${DOMAINS}/${open}`)).status, 200)
  assert.equal((await reader.call('GET', `${DOMAINS}/${own}`)).status, 404)
  const { data, meta } = (await reader.call('GET', DOMAINS)).body
  assert.deepEqual([data.map((each: { id: string }) => each.id), meta.total], [[open], 1])
})

test('74: a domain is changed by its owner, who has the permission in its tenant, and administrators of the hub', async (t) => {
  const { caller, modeller, admin, me, events } = await setup(t)
  const { tenant } = me.principal
  const id = await createDomain(me)
  const rename = (by: typeof me, name: string, domain = id) => by.call('PUT', `${DOMAINS}/${domain}`, { name })
  assert.equal((await rename(me, 'new')).body.data.name, 'new')
  assert.equal((await rename(me, 'new', randomUUID())).status, 404)
  assert.equal((await rename(modeller(), 'x')).status, 404)
  assert.equal((await rename(caller({ tenant, permissions: [] }), 'x')).status, 403)
  assert.equal((await rename(caller({ tenant }), 'newer')).status, 200)
  assert.equal((await rename(caller({ ...me.principal, permissions: [] }), 'newest')).status, 200)
  assert.equal((await rename(admin(), 'by an administrator')).status, 200)
  const open = await createDomain(admin(), { public: true })
  assert.equal((await rename(me, 'x', open)).status, 403)
  const [, told] = await events()
  const payload = { user: me.principal.id, tenant, id, changed: ['name'] }
  assert.deepEqual(told, {
    name: 'metadata.domain.modified',
    payload: { ...payload, before: { name: 'a domain' }, after: { name: 'new' } },
  })
})

test('76: every member of the tenant sees all its domains', async (t) => {
  const { caller, modeller, me } = await setup(t)
  const { tenant } = me.principal
  for (const by of [me, me, modeller({ tenant })]) await createDomain(by)
  await createDomain(modeller())
  assert.equal((await caller({ tenant, permissions: [] }).call('GET', DOMAINS)).body.meta.total, 3)
})

test('77: a schema is placed by its $id, which becomes its address', async (t) => {
  const { me, origin, events } = await setup(t)
  const domain = await createDomain(me)
  const { id } = await createSchema(me, domain, organization)
  const path = `${DOMAINS}/${domain}/schemas/organizationV1.json`
  const { data } = (await me.call('GET', path)).body
  assert.deepEqual(
    [data.value.$id, data.location, data.uri],
    [`${origin}${path}`, `${origin}${path}`, 'organizationV1.json'],
  )
  assert.equal((await me.call('GET', `${DOMAINS}/${domain}/schemas`)).body.meta.total, 1)
  const told = (await events()).at(-1)
  const { id: user, tenant } = me.principal
  const payload = { user, tenant, id, domainId: domain, uri: 'organizationV1.json', name: 'Organization', version: 1 }
  assert.deepEqual(told, { name: 'metadata.schema.created', payload })
})

test('79: with application/schema+json the bare schema comes', async (t) => {
  const { url, me } = await setup(t)
  const domain = await createDomain(me)
  const { value } = await createSchema(me, domain, organization)
  const path = `${DOMAINS}/${domain}/schemas/organizationV1.json`
  for (const header of ['content-type', 'accept']) {
    const headers = { authorization: `Bearer ${me.token}`, [header]: 'application/schema+json' }
    const answer = await fetch(`${url}${path}`, { headers })
    assert.equal(answer.headers.get('content-type'), 'application/schema+json; charset=utf-8')
    assert.deepEqual(await answer.json(), value)
  }
})

test('80: a change makes a version, the name follows the title, and the references are those of the new value', async (t) => {
  const { me, origin, events } = await setup(t)
  const domain = await createDomain(me)
  for (const name of ['a', 'b']) await createSchema(me, domain, { $id: `${name}.json`, type: 'string' })
  const properties = { a: { $ref: 'a.json' }, b: { $ref: 'b.json' } }
  const { refs } = await createSchema(me, domain, { ...organization, properties })
  const path = `${DOMAINS}/${domain}/schemas`
  assert.deepEqual(
    refs,
    ['a', 'b'].map((name) => `${origin}${path}/${name}.json`),
  )
  const put = (body: object) => me.call('PUT', `${path}/organizationV1.json`, body)
  const { data } = (await put({ value: { ...organization, title: 'Company' } })).body
  assert.deepEqual([data.name, data.version, data.refs], ['Company', 2, []])
  assert.equal((await put({ name: 'Firm', value: { ...organization, title: 'Company' } })).body.data.version, 2)
  assert.equal((await put({ value: data.value })).body.data.name, 'Company')
  const moved = await put({ value: { ...organization, $id: 'https://github.com/other.json' } })
  assert.deepEqual([moved.status, moved.body.errors[0].field], [400, 'value'])
  const changes = (await events()).flatMap(({ payload }) => (payload.changed ? [payload.changed] : []))
  assert.deepEqual(changes, [['name', 'version', 'value'], ['name'], ['name']])
})

test('82: schemas are written by whom the domain is, and owned by its owner', async (t) => {
  const { caller, modeller, admin, me } = await setup(t)
  const domain = await createDomain(me)
  const path = `${DOMAINS}/${domain}/schemas`
  for (const stranger of [modeller(), caller()])
    assert.equal((await stranger.call('POST', path, { value: organization })).status, 404)
  const { status, body } = await admin().call('POST', path, { value: organization })
  assert.equal(status, 200)
  assert.deepEqual(body.data.owners, [{ id: me.principal.id, type: 'USER' }])
  assert.equal(body.data.tenant, me.principal.tenant)
})

test('44, 85: what a schema refers to elsewhere is never fetched, and refused', async (t) => {
  const { me } = await setup(t)
  const domain = await createDomain(me)
  let calls = 0
  const original = globalThis.fetch
  t.after(() => {
    globalThis.fetch = original
  })
  globalThis.fetch = (...args) => {
    if (!String(args[0]).startsWith('http://127.0.0.1')) calls++
    return original(...args)
  }
  const value = { ...organization, properties: { a: { $ref: 'http://169.254.169.254/latest/meta-data' } } }
  const { status, body } = await me.call('POST', `${DOMAINS}/${domain}/schemas`, { value })
  assert.deepEqual([status, body.errors[0].field, calls], [400, 'value/properties/a', 0])
})

test('45: a caller on the same machine needs a token like any other', async (t) => {
  const { url, me } = await setup(t)
  const domain = await createDomain(me)
  await createSchema(me, domain, organization)
  const { status } = await callHub(url, 'GET', `${DOMAINS}/${domain}/schemas/organizationV1.json`)
  assert.equal(status, 401)
})

test('47: a domain goes with its schemas in one step, each told, and nothing that is referred to goes', async (t) => {
  const { me, namesOf } = await setup(t)
  const [base, other] = [await createDomain(me), await createDomain(me)]
  const target = await createSchema(me, base, organization)
  const user = await createSchema(me, other, { $id: 'user.json', $ref: target.location })
  const path = `${DOMAINS}/${base}/schemas/organizationV1.json`
  for (const place of [path, `${DOMAINS}/${base}`]) {
    const { status, body } = await me.call('DELETE', place)
    assert.deepEqual([status, /"user.json"/.test(body.detail)], [409, true])
  }
  const usage = (await me.call('GET', `${SCHEMAS}/${target.id}/usage`)).body
  assert.deepEqual(usage.schemas, [{ id: user.id, domainId: other, uri: 'user.json', name: 'user.json' }])
  for (const domain of [other, base]) assert.equal((await me.call('DELETE', `${DOMAINS}/${domain}`)).status, 204)
  assert.deepEqual((await namesOf()).slice(-4), [
    ...['metadata.schema.deleted', 'metadata.domain.deleted', 'metadata.schema.deleted', 'metadata.domain.deleted'],
  ])
})

test('47: while something is deleted, nobody comes to refer to it', async (t) => {
  const { me, db, asSuperuser } = await setup(t)
  const [base, other] = [await createDomain(me), await createDomain(me)]
  const { location } = await createSchema(me, base, organization)
  /** Until so many requests wait for another, or the one that is looked at has ended. */
  const untilWaiting = async (count: number, ended: () => boolean) => {
    const waiting = `select count(*)::integer as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`
    while (!ended()) if (((await asSuperuser(waiting)) as { count: number }[])[0]?.count === count) return
  }
  const { deleting, referring } = await db.transaction('everything', async (tx) => {
    // It keeps the deletion waiting once it has seen that nobody refers to the schema.
    await tx.query('select from metadata_repository.schema where location = $1 for update', [
      new URL(location).pathname,
    ])
    const deleting = me.call('DELETE', new URL(location).pathname)
    await untilWaiting(1, () => false)
    let ended = false
    const referring = me.call('POST', `${DOMAINS}/${other}/schemas`, { value: { $id: 'user.json', $ref: location } })
    void referring.then(() => {
      ended = true
    })
    await untilWaiting(2, () => ended)
    return { deleting, referring }
  })
  assert.deepEqual([(await deleting).status, (await referring).status], [204, 400])
})
