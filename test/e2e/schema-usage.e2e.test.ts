import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMember, createTenant, startTestHub } from '../support/test-hub.ts'

const domains = '/metadata-repository/api/v1/domains'
const flows = '/flow-repository/flows'

test('a schema says which flows name it, and stays as long as they do', async (t) => {
  const { url, admin } = await startTestHub(t)
  const owner = await createMember({ url, admin }, await createTenant(admin), { role: 'TENANT_ADMIN' })
  const { data: domain } = await owner.expect('POST', domains, { name: 'shop', compatibility: 'BACKWARD' })
  const value = { $id: 'order.json', type: 'object' }
  const { data: schema } = await owner.expect('POST', `${domains}/${domain.id}/schemas`, { value })
  const at = new URL(schema.location).pathname

  const check = { id: 'check', componentId: 'validate', function: 'validate', fields: { schema: schema.location } }
  const map = {
    id: 'map',
    componentId: 'jsonata',
    function: 'transform',
    fields: { expression: `{"$schema": "${at}"}` },
  }
  const create = async (name: string, node: object) =>
    (await owner.expect('POST', flows, { name, graph: { nodes: [node] } })).data.id
  const checking = { id: await create('checks', check), name: 'checks', status: 'inactive' }
  const mapping = { id: await create('maps', map), name: 'maps', status: 'inactive' }

  const usage = () => owner.expect('GET', `/metadata-repository/api/v1/schemas/${schema.id}/usage`)
  assert.deepEqual(await usage(), { schemas: [], more: false, flows: [checking, mapping], moreFlows: false })
  const refused = await owner.call('DELETE', at)
  assert.equal(refused.status, 409)
  assert.deepEqual(
    refused.body.errors.map(({ message }: { message: string }) => message),
    [`Flow "checks" (${checking.id}) uses it`, `Flow "maps" (${mapping.id}) uses it`],
  )
  const broken = await owner.call('PUT', at, { value: { ...value, required: ['id'] } })
  assert.deepEqual([broken.status, broken.body.report.usedBy.flows], [409, [checking, mapping]])

  await owner.expect('PATCH', `${flows}/${mapping.id}`, { graph: { nodes: [{ ...map, fields: { expression: '$' } }] } })
  await owner.expect('DELETE', `${flows}/${checking.id}`)
  assert.deepEqual((await usage()).flows, [])
  assert.equal((await owner.call('DELETE', at)).status, 204)
})
