import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import {
  createDomain,
  createSchema,
  DOMAINS,
  SCHEMAS,
  setupMetadataRepository,
} from '../../../test/support/metadata-repository.ts'
import type { SchemaChecks } from './checking/checks.ts'
import { createProcessChecks } from './checking/process-checks.ts'

const person = { $id: 'person.json', type: 'object', properties: { name: { type: 'string' } } }

async function setup(t: TestContext, checks: Partial<SchemaChecks> = {}) {
  const repository = await setupMetadataRepository(t, checks)
  const me = repository.modeller()
  const put = (domain: string, uri: string, body: object, by = me) =>
    by.call('PUT', `${DOMAINS}/${domain}/schemas/${uri}`, body)
  return { ...repository, me, put }
}

describe('versions', () => {
  test('each change of the value makes one, and those of before are never others', async (t) => {
    const { me, put, asSuperuser, db, origin } = await setup(t)
    const domain = await createDomain(me)
    const { id, value } = await createSchema(me, domain, person)
    await put(domain, 'person.json', { value: { ...person, type: 'string' } })
    await put(domain, 'person.json', {
      name: 'only a name',
      value: { ...person, $id: undefined, type_: 1 },
    })
    await put(domain, 'person.json', { description: 'no other value', value: { ...person, type_: 1 } })
    const { data, meta } = (await me.call('GET', `${SCHEMAS}/${id}/versions?page[size]=2`)).body
    assert.deepEqual([data.map(({ version }: { version: number }) => version), meta.total], [[3, 2], 3])
    assert.equal(data[0].createdBy, me.principal.id)
    const first = (await me.call('GET', `${SCHEMAS}/${id}/versions/1`)).body.data
    assert.deepEqual([first.value, first.value.$id.startsWith(origin)], [value, true])
    const path = `${DOMAINS}/${domain}/schemas/person.json`
    assert.equal((await me.call('GET', `${path}?version=2`)).body.data.value.type, 'string')
    assert.equal((await me.call('GET', `${path}?version=4`)).status, 404)
    for (const sql of [
      'update metadata_repository.schema_version set value = value',
      'delete from metadata_repository.schema_version',
    ])
      await assert.rejects(
        db.transaction('everything', (tx) => tx.query(sql)),
        { code: '42501' },
      )
    await me.call('DELETE', path)
    assert.deepEqual(await asSuperuser('select count(*)::integer as count from metadata_repository.schema_version'), [
      { count: 0 },
    ])
  })

  test('a path with everything that a uri may hold is found again', async (t) => {
    const { me, put } = await setup(t)
    const domain = await createDomain(me)
    const uri = 'a b/ä%/#1?/😀.json'.split('/').map(encodeURIComponent).join('/')
    const { location } = await createSchema(me, domain, { ...person, $id: `https://x.example/${uri}` })
    assert.ok(location.endsWith(`/schemas/${uri}`), location)
    assert.equal((await put(domain, uri, { value: { ...person, $id: location, title: 'X' } })).body.data.name, 'X')
    assert.equal((await me.call('DELETE', new URL(location).pathname)).status, 204)
    for (const odd of ['person.json/', 'x//y', '%00', '..%2fx'])
      assert.equal((await me.call('GET', `${DOMAINS}/${domain}/schemas/${odd}`)).status === 200, false, odd)
  })
})

describe('what a schema must be', () => {
  test('it is told by place what is wrong with it', async (t) => {
    const { me } = await setup(t)
    const domain = await createDomain(me)
    const post = (value: unknown) => me.call('POST', `${DOMAINS}/${domain}/schemas`, { value })
    for (const [value, field] of [
      ['a text', 'value'],
      [{ type: 'string' }, 'value'],
      [{ ...person, $schema: 'http://json-schema.org/draft-03/schema#' }, 'value/$schema'],
      [{ ...person, type: 'text' }, 'value/type'],
      [{ ...person, properties: { x: { $ref: 'gone.json' } } }, 'value/properties/x'],
      [{ ...person, properties: { x: { $ref: '#/$defs/x' } } }, 'value/properties/x'],
    ] as const) {
      const { status, body } = await post(value)
      assert.deepEqual([status, body.errors[0].field], [400, field], JSON.stringify(body))
    }
    assert.equal((await post(person)).status, 200)
    assert.equal((await post(person)).status, 409)
  })

  test('it refers to schemas of its tenant and to public ones, and a public one to public ones alone', async (t) => {
    const { me, admin, modeller, put } = await setup(t)
    const boss = admin({ tenant: me.principal.tenant })
    const open = await createDomain(boss, { public: true })
    const [own, foreign] = [await createDomain(me), await createDomain(modeller())]
    const base = await createSchema(boss, open, person)
    await createSchema(me, own, { ...person, $id: 'own.json' })
    const refer = (by: typeof me, domain: string, to: string) =>
      by.call('POST', `${DOMAINS}/${domain}/schemas`, { value: { $id: `to-${to}`, $ref: `${DOMAINS}/${to}` } })
    assert.equal((await refer(me, own, `${open}/schemas/person.json`)).status, 200)
    assert.equal((await refer(admin(), foreign, `${own}/schemas/own.json`)).status, 400)
    assert.equal((await refer(boss, open, `${own}/schemas/own.json`)).status, 400)
    const hidden = { public: false }
    assert.equal((await boss.call('PUT', `${DOMAINS}/${open}`, hidden)).status, 200, 'the tenant still reads it')
    assert.equal((await boss.call('PUT', `${DOMAINS}/${open}`, { public: true })).status, 200)
    await refer(admin(), foreign, `${open}/schemas/person.json`)
    const { status, body } = await boss.call('PUT', `${DOMAINS}/${open}`, hidden)
    assert.deepEqual(
      [status, body.errors],
      [409, [{ message: 'Schemas of other tenants refer to it', code: 'conflict' }]],
    )
    const { status: deleted } = await boss.call('DELETE', new URL(base.location).pathname)
    assert.equal(deleted, 409)
    await createSchema(me, own, { $id: 'x.json', $ref: 'own.json' })
    assert.equal((await boss.call('PUT', `${DOMAINS}/${own}`, { public: true })).status, 200)
    assert.equal((await put(own, 'x.json', { value: true })).status, 200)
  })

  test('a domain that refers to what others must not read does not become public', async (t) => {
    const { me, admin } = await setup(t)
    const [base, user] = [await createDomain(me), await createDomain(me)]
    const { location } = await createSchema(me, base, person)
    await createSchema(me, user, { $id: 'user.json', $ref: location })
    const { status, body } = await admin().call('PUT', `${DOMAINS}/${user}`, { public: true })
    assert.deepEqual([status, /"user.json" refers to/.test(body.errors[0].message)], [409, true])
  })
})

describe('compatibility', () => {
  const strict = { ...person, required: ['name'], examples: [{}] }

  test('what a mode forbids is refused with an example, and nothing is stored', async (t) => {
    const { me, put, events } = await setup(t)
    const domain = await createDomain(me, { compatibility: 'BACKWARD' })
    const { id } = await createSchema(me, domain, person)
    const count = (await events()).length
    const { status, body } = await put(domain, 'person.json', { value: strict })
    const [difference] = body.report.differences
    assert.deepEqual(
      [status, body.code, difference.example, difference.version, difference.direction, difference.schema.uri],
      [409, 'incompatible-schema', {}, 1, 'BACKWARD', 'person.json'],
    )
    assert.equal((await events()).length, count)
    const asked = { value: strict }
    const { body: report } = await me.call('POST', `${SCHEMAS}/${id}/compatibility`, asked)
    assert.deepEqual([report.compatible, report.mode, report.differences], [false, 'BACKWARD', body.report.differences])
    for (const [mode, compatible] of [
      ['FORWARD', true],
      ['FULL', false],
      ['NONE', true],
    ] as const) {
      const { body: other } = await me.call('POST', `${SCHEMAS}/${id}/compatibility`, { ...asked, mode })
      assert.equal(other.compatible, compatible, mode)
    }
    assert.equal((await put(domain, 'person.json', { value: { ...person, title: 'A person' } })).status, 200)
    assert.equal((await put(domain, 'person.json', { value: strict, compatibility: 'NONE' })).status, 200)
  })

  test('a transitive mode looks at every version, the others at the newest', async (t) => {
    const compared: [string, unknown][] = []
    const { me, put } = await setup(t, {
      async compare({ before, direction }) {
        const { value } = before.schemas[before.root] as { value: { title?: unknown } }
        compared.push([direction, value.title])
        return { compatible: true, differences: [] }
      },
    })
    const domain = await createDomain(me)
    await createSchema(me, domain, { ...person, title: 'one' })
    const change = (title: string, compatibility: string) =>
      put(domain, 'person.json', { value: { ...person, title }, compatibility })
    await change('two', 'NONE')
    await change('three', 'FORWARD')
    await change('four', 'FULL_TRANSITIVE')
    assert.deepEqual(compared, [
      ['FORWARD', 'two'],
      ...['three', 'two', 'one'].flatMap((title) => ['BACKWARD', 'FORWARD'].map((way) => [way, title])),
    ])
  })

  test('schemas that refer to it keep their promises too, by way of others as well', async (t) => {
    const { me, put } = await setup(t)
    const [loose, bound] = [await createDomain(me), await createDomain(me, { compatibility: 'BACKWARD' })]
    const { location } = await createSchema(me, loose, { ...person, $defs: { a: {} } })
    const via = await createSchema(me, loose, { $id: 'via.json', $ref: location })
    await createSchema(me, bound, { $id: 'end.json', allOf: [{ $ref: via.location }], examples: [{}] })
    const { status, body } = await put(loose, 'person.json', { value: strict })
    const [{ schema, version, example }] = body.report.differences
    assert.deepEqual([status, schema.domainId, schema.uri, version, example], [409, bound, 'end.json', 1, {}])
    await me.call('PUT', `${DOMAINS}/${bound}`, { compatibility: 'NONE' })
    assert.equal((await put(loose, 'person.json', { value: strict })).status, 200)
  })

  test('a part that others refer to does not go, whatever the mode', async (t) => {
    const { me, put } = await setup(t)
    const domain = await createDomain(me)
    const parts = { $defs: { a: { type: 'string' }, b: { type: 'string' } } }
    const { location } = await createSchema(me, domain, { ...person, ...parts })
    await createSchema(me, domain, { $id: 'user.json', $ref: `${location}#/$defs/a` })
    const { status, body } = await put(domain, 'person.json', { value: person })
    const [{ rule, schema }] = body.report.differences
    assert.deepEqual([status, rule, schema.uri], [409, 'referenced-part-removed', 'user.json'])
    assert.equal((await put(domain, 'person.json', { value: { ...person, $defs: { a: true } } })).status, 200)
  })

  test('what changes while it is checked is checked again', async (t) => {
    const during: (() => Promise<unknown>)[] = []
    const plain = createProcessChecks()
    plain.start()
    t.after(() => plain.stop())
    let inspected = 0
    const { me, put } = await setup(t, {
      async inspect(...args) {
        inspected++
        await during.pop()?.()
        return plain.inspect(...args)
      },
    })
    const domain = await createDomain(me)
    await createSchema(me, domain, person)
    during.push(() => me.call('PUT', `${DOMAINS}/${domain}`, { compatibility: 'BACKWARD' }))
    inspected = 0
    const { status } = await put(domain, 'person.json', { value: strict })
    assert.deepEqual([status, inspected], [409, 2])
    during.push(() => me.call('DELETE', `${DOMAINS}/${domain}/schemas/person.json`))
    const value = { $id: 'user.json', $ref: 'person.json' }
    assert.equal((await me.call('POST', `${DOMAINS}/${domain}/schemas`, { value })).status, 400)
  })
})

describe('POST /schemas/:id/validate', () => {
  test('tells all that is wrong with a document, by everything that the schema refers to', async (t) => {
    const { me, modeller } = await setup(t)
    const domain = await createDomain(me)
    await createSchema(me, domain, { $id: 'name.json', type: 'string', minLength: 2 })
    const properties = { name: { $ref: 'name.json' }, age: { type: 'integer' } }
    const { id } = await createSchema(me, domain, { ...person, properties })
    const validate = (document: unknown, by = me) => by.call('POST', `${SCHEMAS}/${id}/validate`, { document })
    assert.deepEqual((await validate({ name: 'Ada' })).body, { valid: true, errors: [] })
    const { valid, errors } = (await validate({ name: 'A', age: 1.5 })).body
    assert.equal(valid, false)
    assert.deepEqual(errors.map(({ path }: { path: string }) => path).toSorted(), ['/age', '/name'])
    assert.equal((await validate('\u0000')).status, 200)
    assert.equal((await validate({}, modeller())).status, 404)
  })
})

test('a tenant goes with its domains and schemas, each told, and nothing else does', async (t) => {
  const { me, admin, modeller, fromIam, events } = await setup(t)
  const { tenant } = me.principal
  const boss = admin({ tenant })
  const open = await createDomain(boss, { public: true })
  const { location } = await createSchema(boss, open, person)
  await createDomain(me)
  const other = modeller()
  const kept = await createDomain(other)
  const { id } = await createSchema(other, kept, { $id: 'user.json', $ref: location })
  const hubs = (await admin({ tenant: '' }).call('GET', DOMAINS)).body.meta.total
  await fromIam('iam.tenant.deleted', { id: tenant })
  assert.deepEqual(
    (await events()).slice(-3).map(({ name }) => name),
    ['metadata.schema.deleted', 'metadata.domain.deleted', 'metadata.domain.deleted'],
  )
  assert.deepEqual([hubs, (await admin().call('GET', DOMAINS)).body.meta.total], [3, 1])
  assert.equal((await other.call('GET', `${DOMAINS}/${kept}/schemas/user.json`)).status, 200)
  const { status, body } = await other.call('POST', `${SCHEMAS}/${id}/validate`, { document: {} })
  assert.deepEqual([status, body.errors.length], [409, 1])
})
