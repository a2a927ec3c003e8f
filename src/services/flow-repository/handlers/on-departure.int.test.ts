import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { setupFlowRepository, type TestCaller } from '../../../../test/support/flow-repository.ts'

const path = '/flow-repository/flows'
const graph = { nodes: [{ id: 'a', componentId: 'jsonata', function: 'transform' }] }

async function create({ call }: TestCaller, name: string): Promise<string> {
  const answer = await call('POST', path, { name, graph })
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  return answer.body.data.id
}

test('the flows of a deleted tenant go with it, running ones too, and no others', async (t) => {
  const { caller, answer, events } = await setupFlowRepository(t)
  const [me, other] = [caller(), caller()]
  const { tenant } = me.principal
  const ids = [await create(me, 'one'), await create(me, 'two')]
  await me.call('POST', `${path}/${ids[0]}/start`)
  const kept = await create(other, 'kept')
  const seen = (await events()).length
  const user = randomUUID()
  await answer('iam.tenant.deleted', { user, tenant: randomUUID(), id: tenant })
  const told = (await events()).slice(seen + 1)
  assert.deepEqual(told.map(({ name, payload }) => [name, payload.id, payload.user, payload.tenant]).toSorted(), [
    ...ids.map((id) => ['flowrepo.flow.deleted', id, user, tenant]).toSorted(),
  ])
  for (const id of ids) assert.equal((await me.call('GET', `${path}/${id}`)).status, 404)
  assert.equal((await other.call('GET', `${path}/${kept}`)).status, 200)
  await answer('iam.tenant.deleted', { user, tenant: randomUUID(), id: tenant })
  assert.equal((await events()).length, seen + told.length + 2)
})

test('a user who goes owns nothing any more, and what nobody owns stops', async (t) => {
  const { caller, answer, events, asSuperuser } = await setupFlowRepository(t)
  const me = caller()
  const { tenant, id: userId } = me.principal
  const colleague = caller({ tenant })
  const [running, idle, shared] = [await create(me, 'running'), await create(me, 'idle'), await create(me, 'shared')]
  for (const id of [running, shared]) await me.call('POST', `${path}/${id}/start`)
  const owners = JSON.stringify([userId, colleague.principal.id].map((id) => ({ id, type: 'user' })))
  await asSuperuser(`update flow_repository.flow set owners = '${owners}' where id = '${shared}'`)
  const seen = (await events()).length
  await answer('iam.user.deleted', { id: userId, tenantId: tenant })
  const told = (await events()).slice(seen + 1)
  const of = (name: string) => told.filter((event) => event.name === name).map(({ payload }) => payload.id)
  assert.deepEqual(of('flowrepo.flow.modified').toSorted(), [running, idle, shared].toSorted())
  assert.deepEqual(of('flowrepo.flow.stopping'), [running])
  const read = async (id: string) => (await colleague.call('GET', `${path}/${id}`)).body.data
  assert.partialDeepStrictEqual(await read(running), {
    status: 'stopping',
    owners: [],
    failure: 'Nobody is left who owns the flow',
  })
  assert.partialDeepStrictEqual(await read(idle), { status: 'inactive', owners: [] })
  assert.partialDeepStrictEqual(await read(shared), {
    status: 'starting',
    owners: [{ id: colleague.principal.id, type: 'user' }],
  })
  await answer('flow.stopped', { user: userId, tenant, id: running, flowId: running, generation: 1 })
  assert.equal((await read(running)).status, 'inactive')
})

test('a user who leaves one tenant keeps what it owns in others', async (t) => {
  const { caller, answer } = await setupFlowRepository(t)
  const me = caller()
  const flow = await create(me, 'mine')
  const read = async () => (await me.call('GET', `${path}/${flow}`)).body.data.owners.length
  await answer('iam.user.removedFromTenant', { id: me.principal.id, tenantId: randomUUID() })
  assert.equal(await read(), 1)
  await answer('iam.user.removedFromTenant', { id: me.principal.id, tenantId: me.principal.tenant })
  assert.equal(await read(), 0)
})
