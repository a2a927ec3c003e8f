import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startHttpTarget } from '../support/http-target.ts'
import { callHub, type HubClient } from '../support/hub-client.ts'
import { activate, createMember, createTenant, startTestHub } from '../support/test-hub.ts'

const domains = '/metadata-repository/api/v1/domains'
const order = { $id: 'order.json', type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] }

/** The address of a new schema of orders. */
async function createOrders(owner: HubClient): Promise<string> {
  const { data: domain } = await owner.expect('POST', domains, { name: 'shop' })
  return (await owner.expect('POST', `${domains}/${domain.id}/schemas`, { value: order })).data.location
}

/** A flow that checks what comes and sends it on, with what the check has noted. */
const checking = (schema: string, onInvalid: string, url: string) => ({
  name: `checks, ${onInvalid}`,
  graph: {
    nodes: [
      { id: 'check', componentId: 'validate', function: 'validate', fields: { schema, onInvalid } },
      {
        ...{ id: 'shape', componentId: 'jsonata', function: 'transform' },
        fields: { expression: '{ "id": id, "note": $message.metadata.validation }' },
      },
      { id: 'send', componentId: 'http-request', function: 'request', fields: { url } },
    ],
    edges: [
      { source: 'check', target: 'shape' },
      { source: 'shape', target: 'send' },
    ],
  },
})

/** Hands both to the flow; resolves to the state and the error of the run of each, the first one's first. */
async function handBoth(url: string, owner: HubClient, flow: string): Promise<readonly unknown[][]> {
  for (const body of [{ id: 1 }, { id: 'one' }])
    assert.equal((await callHub(url, 'POST', `/webhooks/hook/${flow}`, { body })).status, 200)
  const runs = `/component-orchestrator/executions?filter[flowId]=${flow}`
  const isOver = ({ status }: { status: string }) => status === 'success' || status === 'failed'
  const { data } = await owner.until(runs, (page) => page.data.length === 2 && page.data.every(isOver))
  const shown = data.map(async ({ id }: { id: string }) => {
    const { data: run } = await owner.expect('GET', `/component-orchestrator/executions/${id}`)
    return [run.status, run.steps[0].error]
  })
  return (await Promise.all(shown)).toReversed()
}

test('a flow sends on what is valid by a schema, and does with the rest as it is told', async (t) => {
  const target = await startHttpTarget()
  t.after(() => target.stop())
  const { url, admin } = await startTestHub(t)
  const owner = await createMember({ url, admin }, await createTenant(admin), { role: 'TENANT_ADMIN' })
  const schema = await createOrders(owner)
  let seen = 0
  /** What has arrived since it was asked for last. */
  const bodies = () => {
    const since = target.arrived.slice(seen)
    seen += since.length
    return since.map(({ body }) => Object(body))
  }
  const play = async (onInvalid: string, address = schema) =>
    handBoth(url, owner, await activate(owner, checking(address, onInvalid, target.url)))

  assert.deepEqual(await play('fail'), [
    ['success', undefined],
    ['failed', `The data must be valid by schema "${schema}": "/id" must be integer`],
  ])
  assert.deepEqual(bodies(), [{ id: 1 }])
  assert.deepEqual(
    (await play('drop', new URL(schema).pathname)).map(([status]) => status),
    ['success', 'success'],
  )
  assert.deepEqual(bodies(), [{ id: 1 }])
  assert.deepEqual(
    (await play('mark')).map(([status]) => status),
    ['success', 'success'],
  )
  const fault = { path: '/id', keyword: 'type', message: 'must be integer' }
  const [valid, invalid] = bodies().toSorted((one, other) => Number(other.id === 1) - Number(one.id === 1))
  assert.deepEqual(valid, { id: 1, note: { valid: true, errors: [] } })
  const { errors, ...note } = invalid.note
  const told = errors.map(({ path, keyword, message }: typeof fault) => ({ path, keyword, message }))
  assert.deepEqual([note, told], [{ valid: false }, [fault]])
})

test('a flow uses the schemas of its tenant and public ones, whoever it runs for', async (t) => {
  const target = await startHttpTarget()
  t.after(() => target.stop())
  const { url, admin } = await startTestHub(t)
  const [here, there] = [await createTenant(admin), await createTenant(admin)]
  const owner = await createMember({ url, admin }, here, { role: 'TENANT_ADMIN' })
  const foreign = await createOrders(await createMember({ url, admin }, there, { role: 'TENANT_ADMIN' }))
  // Who may do everything in the hub may not by a flow.
  for (const by of [owner, admin]) {
    const flow = await activate(by, checking(foreign, 'fail', target.url))
    const reason = `Cannot validate by the schema "${foreign}" as it must exist in the tenant of the flow or be public`
    assert.deepEqual(await handBoth(url, by, flow), Array(2).fill(['failed', reason]))
  }
  assert.deepEqual(target.arrived, [])

  const event = `${domains}/00000000-0000-7000-8000-00000000e7e7/schemas/iam.tenant.deleted.json`
  await owner.until(event, ({ data }) => data !== undefined)
  const [[status, error] = []] = await handBoth(url, owner, await activate(owner, checking(event, 'fail', target.url)))
  assert.equal(status, 'failed')
  assert.match(String(error), /^The data must be valid by schema .*"\/id" must be string/)
})
