import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import {
  createDomain,
  createSchema,
  DOMAINS,
  SCHEMAS,
  setupMetadataRepository,
} from '../../../test/support/metadata-repository.ts'

const order = { $id: 'order.json', type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] }

async function setup(t: TestContext, { isPublic = false } = {}) {
  const fixture = await setupMetadataRepository(t)
  const permissions = ['metadata.domains.crud', 'flows.read']
  const me = fixture.modeller({ permissions })
  const { tenant } = me.principal
  const boss = fixture.admin({ tenant })
  const domain = await createDomain(isPublic ? boss : me, { public: isPublic, compatibility: 'BACKWARD' })
  const schema = await createSchema(me, domain, order)
  const path = `${DOMAINS}/${domain}`
  const at = `${path}/schemas/order.json`
  const colleague = fixture.modeller({ tenant })
  const flow = { id: randomUUID(), name: 'import of orders', status: 'active', tenant }
  const foreign = { id: randomUUID(), name: 'of others', status: 'inactive', tenant: randomUUID() }
  const { flows } = fixture
  assert(flows)
  const uses = (...users: (typeof flow)[]) => {
    for (const location of [at, path]) flows.set(location, users)
  }
  const state = async () => [(await me.call('GET', path)).body, (await me.call('GET', at)).body, await fixture.events()]
  return { ...fixture, fixture, me, boss, colleague, schema, path, at, flow, foreign, uses, state }
}

const shown = ({ id, name, status }: { id: string; name: string; status: string }) => ({ id, name, status })

test('GET /schemas/:id/usage lists the flows of the tenant, to who may read flows', async (t) => {
  const { me, boss, colleague, schema, flow, foreign, uses, caller } = await setup(t, { isPublic: true })
  uses(flow, foreign)
  const usage = async (by = me) => (await by.call('GET', `${SCHEMAS}/${schema.id}/usage`)).body
  const schemas = { schemas: [], more: false }
  assert.deepEqual(await usage(), { ...schemas, flows: [shown(flow)], moreFlows: false })
  assert.deepEqual(await usage(boss), { ...schemas, flows: [shown(flow)], moreFlows: false, otherFlows: 1 })
  assert.deepEqual(await usage(colleague), schemas)
  assert.deepEqual(await usage(caller()), { ...schemas, flows: [], moreFlows: false })
})

test('what flows use is not deleted, and they are named to who may know them', async (t) => {
  const { me, colleague, path, at, flow, foreign, uses, state } = await setup(t)
  uses(foreign, flow)
  const before = await state()
  for (const [target, what] of [
    [at, 'schema'],
    [path, 'domain'],
  ] as const) {
    const { status, body } = await me.call('DELETE', target)
    const fault = `Flow "import of orders" (${flow.id}) uses it`
    assert.deepEqual([status, body.detail], [409, `Cannot delete the ${what} as no flow must use it: ${fault}`])
    assert.deepEqual(body.errors, [{ code: 'conflict', field: 'id', message: fault }])
    const told = await colleague.call('DELETE', target)
    assert.deepEqual(
      [told.status, told.body.errors],
      [409, [{ code: 'conflict', field: 'id', message: 'Flows of the tenant use it' }]],
    )
  }
  assert.deepEqual(await state(), before)
  // Flows of others cannot use what is not public, whatever they name.
  uses(foreign)
  assert.equal((await me.call('DELETE', at)).status, 204)
  assert.equal((await me.call('DELETE', path)).status, 204)
})

test('what flows of other tenants use stays, and stays public', async (t) => {
  const { me, boss, path, at, foreign, uses, state } = await setup(t, { isPublic: true })
  uses(foreign)
  const before = await state()
  for (const [method, target, input] of [
    ['DELETE', at, undefined],
    ['DELETE', path, undefined],
    ['PUT', path, { public: false }],
  ] as const) {
    const { status, body } = await boss.call(method, target, input)
    assert.deepEqual(
      [status, body.errors],
      [409, [{ code: 'conflict', message: 'Flows of other tenants use it' }]],
      `${method} ${target}`,
    )
  }
  assert.deepEqual(await state(), before)
  uses()
  assert.equal((await boss.call('PUT', path, { public: false })).status, 200)
  assert.equal((await me.call('DELETE', at)).status, 204)
})

test('a refused change says which flows it would hurt, also by way of a schema that refers to it', async (t) => {
  const { me, colleague, schema, path, at, flow, uses, fixture } = await setup(t)
  await createSchema(me, path.slice(DOMAINS.length + 1), {
    $id: 'list.json',
    type: 'array',
    items: { $ref: schema.location },
  })
  uses(flow)
  const second = { ...flow, id: randomUUID(), name: 'of lists' }
  fixture.flows?.set(`${path}/schemas/list.json`, [flow, second])
  const value = { ...order, required: ['id', 'sum'], $id: undefined }
  const usedBy = { flows: [shown(flow), shown(second)], moreFlows: false }
  const byId = (one: { id: string }, other: { id: string }) => one.id.localeCompare(other.id)
  const sorted = (given: typeof usedBy) => ({ ...given, flows: given.flows.toSorted(byId) })

  const refused = await me.call('PUT', at, { value })
  assert.deepEqual([refused.status, refused.body.code], [409, 'incompatible-schema'])
  assert.deepEqual(sorted(refused.body.report.usedBy), sorted(usedBy))
  const checked = await me.call('POST', `${SCHEMAS}/${schema.id}/compatibility`, { value })
  assert.equal(checked.body.compatible, false)
  assert.deepEqual(sorted(checked.body.usedBy), sorted(usedBy))
  assert.deepEqual((await colleague.call('PUT', at, { value })).body.report.usedBy, {})

  const compatible = await me.call('POST', `${SCHEMAS}/${schema.id}/compatibility`, {
    value: { ...order, required: [] },
  })
  assert.deepEqual(compatible.body, { compatible: true, mode: 'BACKWARD', differences: [] })
})

test('while the Flow Repository does not tell, nothing goes, and what concerns no flow is done', async (t) => {
  const { me, boss, schema, path, at, state, fixture } = await setup(t, { isPublic: true })
  const before = await state()
  fixture.flows = undefined
  const value = { ...order, required: ['id', 'sum'] }
  const attempts = [
    await me.call('DELETE', at),
    await me.call('DELETE', path),
    await boss.call('PUT', path, { public: false }),
    await me.call('PUT', at, { value }),
    await me.call('POST', `${SCHEMAS}/${schema.id}/compatibility`, { value }),
    await me.call('GET', `${SCHEMAS}/${schema.id}/usage`),
  ]
  for (const { status, body } of attempts) assert.equal(status, 503, JSON.stringify(body))
  assert.deepEqual(await state(), before)
  assert.equal((await me.call('PUT', path, { name: 'another' })).status, 200)
  assert.equal((await me.call('PUT', at, { value: { ...order, required: [] } })).status, 200)
})
