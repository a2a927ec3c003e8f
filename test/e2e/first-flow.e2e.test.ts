import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startHttpTarget } from '../support/http-target.ts'
import { callHub } from '../support/hub-client.ts'
import { activate, firstFlow, startTestHub } from '../support/test-hub.ts'

describe('the first flow', () => {
  test('works as it stands, from login to audit trail', async (t) => {
    const target = await startHttpTarget()
    t.after(() => target.stop())
    const { url, admin, process } = await startTestHub(t, { bundled: true })

    const login = await callHub(url, 'POST', '/iam/login', { body: process.admin })
    assert.equal(login.status, 200)
    assert.deepEqual(Object.keys(login.body).toSorted(), ['id', 'token'])
    const me = await admin.expect('GET', '/iam/api/v1/users/me')

    const created = await admin.call('POST', '/flow-repository/flows', firstFlow(target.url))
    assert.equal(created.status, 201)
    const { id } = created.body.data
    const hook = `/webhooks/hook/${id}`
    assert.equal((await callHub(url, 'POST', hook, { body: {} })).status, 404)

    const started = await admin.call('POST', `/flow-repository/flows/${id}/start`)
    assert.deepEqual([started.status, started.body], [200, { data: { id, status: 'starting' }, meta: {} }])
    await admin.until(`/flow-repository/flows/${id}`, ({ data }) => data.status === 'active')

    const requestId = 'order-4711'
    const answer = await callHub(url, 'POST', hook, {
      body: { id: 42, title: 'räksmörgås' },
      headers: { 'x-request-id': requestId },
    })
    assert.deepEqual([answer.status, answer.body], [200, { data: { requestId, message: 'thank you' } }])
    const [arrived] = await target.received(1)
    assert.deepEqual(arrived?.body, { key: 42, title: 'RÄKSMÖRGÅS' })
    assert.equal(arrived?.method, 'POST')
    assert.match(arrived?.headers['content-type'] ?? '', /^application\/json/)
    assert.ok(arrived?.headers['idempotency-key'])

    await admin.expect('POST', `/flow-repository/flows/${id}/stop`)
    await admin.until(`/flow-repository/flows/${id}`, ({ data }) => data.status === 'inactive')
    assert.equal((await callHub(url, 'POST', hook, { body: {} })).status, 404)
    assert.equal(target.arrived.length, 1)

    for (const name of ['flowrepo.flow.created', 'flowrepo.flow.starting', 'flow.started', 'flow.stopped']) {
      const { data } = await admin.until(`/audit-log/logs?filter[name]=${name}`, (page) => page.data.length === 1)
      const [{ headers, payload }] = data
      assert.equal(headers.name, name)
      assert.deepEqual([payload.user, payload.tenant, payload.id], [me.id, me.tenant, id], name)
    }
  })

  test('is told by the run that private addresses are refused, where nobody has allowed them', async (t) => {
    const target = await startHttpTarget()
    t.after(() => target.stop())
    const { url, admin } = await startTestHub(t, { env: { OIH_OUTBOUND_ALLOW: '' } })
    const id = await activate(admin, firstFlow(target.url))
    assert.equal((await callHub(url, 'POST', `/webhooks/hook/${id}`, { body: { id: 1, title: 'x' } })).status, 200)
    const list = await admin.until(
      `/component-orchestrator/executions?filter[flowId]=${id}`,
      ({ data }) => data[0]?.status === 'failed',
    )
    const { data } = await admin.expect('GET', `/component-orchestrator/executions/${list.data[0].id}`)
    const [map, send] = data.steps
    assert.deepEqual([map.stepId, map.status], ['map', 'success'])
    assert.deepEqual([send.stepId, send.status, send.attempts], ['send', 'failed', 1])
    assert.deepEqual(send.input.data, { key: 1, title: 'X' })
    assert.match(send.error, /127\.0\.0\.1/)
    assert.match(send.error, /private|loopback|OIH_OUTBOUND_ALLOW/)
    t.diagnostic(send.error)
    assert.equal(target.arrived.length, 0)
  })
})
