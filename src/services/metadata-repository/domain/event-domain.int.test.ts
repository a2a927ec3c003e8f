import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { catalogue, definitions } from '#catalogue'
import {
  createSchema,
  DOMAINS,
  SCHEMAS,
  setupMetadataRepository,
} from '../../../../test/support/metadata-repository.ts'
import type { EventSchema } from '../deps.ts'
import { EVENT_DOMAIN, keepEventDomain } from './event-domain.ts'

const path = `${DOMAINS}/${EVENT_DOMAIN}`
const event = (name: string, type = 'string') => ({ name, summary: `${name} happened.`, payload: { type } })

async function setup(t: TestContext, events: readonly EventSchema[]) {
  const fixture = await setupMetadataRepository(t)
  const { db, bus } = fixture
  const parts = { db, bus: bus.service('metadata-repository'), clock: () => new Date() }
  const keep = (next: readonly EventSchema[]) => keepEventDomain({ ...parts, events: next })
  await keep(events)
  const reader = fixture.caller({ permissions: [] })
  return {
    ...fixture,
    reader,
    keep,
    /** The events since `from`, each with the uri of its schema. */
    async told(from = 0) {
      return (await fixture.events()).slice(from).map(({ name, payload }) => [name, payload.uri, payload.version])
    },
    read: async (uri: string) => (await reader.call('GET', `${path}/schemas/${uri}`)).body.data,
  }
}

test('the domain of events follows the catalogue, and writes nothing where all is as it should be', async (t) => {
  const { keep, told, read, reader } = await setup(t, [event('a.b'), event('c.d')])
  const first = [
    ['metadata.domain.created', undefined, undefined],
    ['metadata.schema.created', 'a.b.json', 1],
    ['metadata.schema.created', 'c.d.json', 1],
  ]
  assert.deepEqual(await told(), first)
  await keep([event('a.b'), event('c.d')])
  assert.deepEqual(await told(), first)

  await keep([event('a.b', 'integer'), event('e.f')])
  assert.deepEqual(await told(3), [
    ['metadata.schema.modified', 'a.b.json', 2],
    ['metadata.schema.created', 'e.f.json', 1],
    ['metadata.schema.deleted', 'c.d.json', undefined],
  ])
  const { version, value, name, description, owners, tenant } = await read('a.b.json')
  assert.deepEqual([version, value.type, name, description], [2, 'integer', 'a.b', 'a.b happened.'])
  assert.deepEqual([owners, tenant], [[], undefined])
  const { body } = await reader.call('GET', `${path}/schemas`)
  assert.deepEqual(
    body.data.map(({ uri }: { uri: string }) => uri),
    ['a.b.json', 'e.f.json'],
  )
})

test('processes that start together fill it once', async (t) => {
  const { keep, told } = await setup(t, [])
  assert.deepEqual(await told(), [])
  const events = Array.from({ length: 20 }, (_, index) => event(`x.y${index}`))
  await Promise.all([keep(events), keep(events), keep(events)])
  assert.equal((await told()).length, 21)
})

test('nobody but the hub changes it', async (t) => {
  const { admin, modeller, events } = await setup(t, [event('a.b')])
  const before = (await events()).length
  for (const by of [admin(), modeller()]) {
    const attempts = [
      await by.call('PUT', path, { name: 'mine' }),
      await by.call('DELETE', path),
      await by.call('POST', `${path}/schemas`, { value: { $id: 'x.json', type: 'string' } }),
      await by.call('PUT', `${path}/schemas/a.b.json`, { value: { type: 'integer' } }),
      await by.call('DELETE', `${path}/schemas/a.b.json`),
    ]
    for (const { status, body } of attempts) {
      assert.equal(status, 403, JSON.stringify(body))
      assert.match(body.detail, /as the hub itself must do so/)
    }
  }
  assert.equal((await events()).length, before)
})

test('it holds the payloads of all events, by which documents are validated and to which schemas refer', async (t) => {
  const { modeller, read } = await setup(t, definitions)
  const by = modeller()
  const list = await by.call('GET', `${path}/schemas?page[size]=100`)
  assert.equal(list.body.meta.total, Object.keys(catalogue).length)

  const started = await read('flow.started.json')
  const validate = async (document: object) =>
    (await by.call('POST', `${SCHEMAS}/${started.id}/validate`, { document })).body
  const id = '0190a0b0-0000-7000-8000-000000000001'
  assert.deepEqual(await validate({ id, flowId: id, generation: 1, tenant: id }), { valid: true, errors: [] })
  assert.equal((await validate({ id, flowId: 'no id', generation: 1 })).valid, false)

  const domain = (await by.call('POST', DOMAINS, { name: 'mine' })).body.data.id
  await createSchema(by, domain, { $id: 'starts.json', type: 'array', items: { $ref: started.location } })
  const usage = await by.call('GET', `${SCHEMAS}/${started.id}/usage`)
  assert.deepEqual(
    usage.body.schemas.map(({ uri }: { uri: string }) => uri),
    ['starts.json'],
  )
})

test('a start brings it up to date', async (t) => {
  const { caller } = await setupMetadataRepository(t, { events: [event('a.b')] })
  const by = caller({ permissions: [] })
  while ((await by.call('GET', `${path}/schemas/a.b.json`)).status !== 200) await new Promise(setImmediate)
})
