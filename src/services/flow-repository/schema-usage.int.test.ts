import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { setupFlowRepository, type TestCaller } from '../../../test/support/flow-repository.ts'

const path = '/flow-repository/flows'
const domain = '/metadata-repository/api/v1/domains/0190a0b0-0000-7000-8000-000000000001'
const [one, two] = [`${domain}/schemas/one.json`, `${domain}/schemas/two.json`]
const graphFor = (...schemas: string[]) => ({
  nodes: [{ id: 'a', componentId: 'x', function: 'y', fields: { schemas } }],
})

async function setup(t: TestContext) {
  const repository = await setupFlowRepository(t)
  const create = async (by: TestCaller, name: string, ...schemas: string[]): Promise<string> =>
    (await by.call('POST', path, { name, graph: graphFor(...schemas) })).body.data.id
  const usage = async (by: TestCaller, location: string, tenant?: string) => {
    const query = new URLSearchParams({ location, ...(tenant && { tenant }) })
    const { status, body } = await by.call('GET', `/flow-repository/schema-usage?${query}`)
    assert.equal(status, 200, JSON.stringify(body))
    return { ...body, flows: body.flows.map(({ name }: { name: string }) => name) }
  }
  return { ...repository, create, usage, me: repository.caller() }
}

test('GET /schema-usage follows the graphs of the tenant', async (t) => {
  const { create, usage, me } = await setup(t)
  const id = await create(me, 'b', one, `https://hub.example${two}`)
  await create(me, 'A', one)
  await create(me, 'none')
  assert.deepEqual(await usage(me, one), { flows: ['A', 'b'], more: false, others: 0 })
  assert.deepEqual(await usage(me, two), { flows: ['b'], more: false, others: 0 })
  assert.deepEqual((await usage(me, domain)).flows, ['A', 'b'])

  await me.call('PATCH', `${path}/${id}`, { graph: graphFor(two) })
  assert.deepEqual((await usage(me, one)).flows, ['A'])
  await me.call('PATCH', `${path}/${id}`, { name: 'c' })
  await me.call('POST', `${path}/${id}/start`)
  const query = new URLSearchParams({ location: two })
  const { body } = await me.call('GET', `/flow-repository/schema-usage?${query}`)
  assert.deepEqual(body.flows, [{ id, name: 'c', status: 'starting' }])
})

test('GET /schema-usage tells of other tenants a number, to who sees them', async (t) => {
  const { create, usage, caller, me, db } = await setup(t)
  const [other, admin] = [caller(), caller({ permissions: ['all'] })]
  await create(me, 'mine', one)
  const theirs = await create(other, 'theirs', one)
  assert.deepEqual(await usage(me, one), { flows: ['mine'], more: false, others: 0 })
  assert.deepEqual(await usage(me, one, other.principal.tenant), { flows: [], more: false, others: 1 })
  assert.deepEqual(await usage(admin, one), { flows: [], more: false, others: 2 })
  assert.deepEqual(await usage(admin, one, other.principal.tenant), { flows: ['theirs'], more: false, others: 1 })
  await other.call('DELETE', `${path}/${theirs}`)
  assert.deepEqual(await usage(admin, one, randomUUID()), { flows: [], more: false, others: 1 })
  const left = await db.queryAs('everything', 'select from flow_repository.schema_mention')
  assert.equal(left.length, 2)
})

test('GET /schema-usage lists a hundred flows', async (t) => {
  const { create, usage, me } = await setup(t)
  for (let n = 0; n < 101; n++) await create(me, `flow ${n}`, one)
  const { flows, more } = await usage(me, one)
  assert.deepEqual([flows.length, more], [100, true])
})
