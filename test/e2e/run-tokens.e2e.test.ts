import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startHttpTarget } from '../support/http-target.ts'
import { callHub } from '../support/hub-client.ts'
import { createMember, createTenant, firstFlow, startTestHub } from '../support/test-hub.ts'

test('a flow runs in the name of who started it, then of its owner, and stops when nobody is left', async (t) => {
  const target = await startHttpTarget()
  t.after(() => target.stop())
  const { url, admin } = await startTestHub(t)
  const tenant = await createTenant(admin)
  const [owner, starter] = [
    await createMember({ url, admin }, tenant, { role: 'TENANT_ADMIN' }),
    await createMember({ url, admin }, tenant, { role: 'TENANT_ADMIN' }),
  ]
  const idOf = async ({ expect }: typeof owner) => (await expect('GET', '/iam/api/v1/users/me')).id
  const [ownerId, starterId] = [await idOf(owner), await idOf(starter)]
  const { data: flow } = await owner.expect('POST', '/flow-repository/flows', firstFlow(target.url))
  const path = `/flow-repository/flows/${flow.id}`
  const status = (wanted: string) => owner.until(path, ({ data }) => data.status === wanted)
  let handed = 0
  const hand = async () => {
    handed += 1
    return (await callHub(url, 'POST', `/webhooks/hook/${flow.id}`, { body: { id: handed, title: 'a' } })).status
  }
  const issued = '/audit-log/logs?filter[name]=iam.token.created'
  /** In whose names the runs have acted so far, the latest first, as the audit log of the tenant knows. */
  const namesIn = ({ data }: { data: { payload: { flowId?: string; accountId: string } }[] }) =>
    data.flatMap(({ payload }) => (payload.flowId === flow.id ? [payload.accountId] : []))

  await starter.expect('POST', `${path}/start`)
  await status('active')
  assert.equal(await hand(), 200)
  await target.received(1)
  assert.deepEqual(namesIn(await owner.until(issued, (page) => namesIn(page).length > 0)), [starterId])

  await admin.expect('DELETE', `/iam/api/v1/users/${starterId}`)
  // For up to a second the runs act by what is known of the token.
  while (namesIn(await owner.expect('GET', issued)).length < 2) assert.equal(await hand(), 200)
  assert.deepEqual(namesIn(await owner.expect('GET', issued)), [ownerId, starterId])
  await target.received(handed)
  await status('active')

  await admin.expect('PATCH', `/iam/api/v1/users/${ownerId}`, { status: 'DISABLED' })
  while ((await hand()) === 200) assert.ok(handed < 10_000, 'the flow must not go on')
  const stopped = await admin.until(path, ({ data }) => data.status === 'inactive')
  assert.match(stopped.data.failure, /^Nobody is left in whose name the flow may run/)
  const over = `/component-orchestrator/executions?filter[flowId]=${flow.id}&filter[status]=`
  await admin.until(`${over}running`, ({ meta }) => meta.total === 0)
  const failed = (await admin.expect('GET', `${over}failed`)).meta.total
  assert.equal(target.arrived.length, handed - 1 - failed)

  await admin.expect('PATCH', `/iam/api/v1/users/${ownerId}`, { status: 'ACTIVE' })
  await owner.expect('POST', `${path}/start`)
  await status('active')
  assert.equal(await hand(), 200)
  await target.received(handed - 1 - failed)
})
