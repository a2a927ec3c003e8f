import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { createGate, probeGraph, send, setupOrchestrator, until } from '../../../../test/support/orchestrator.ts'

test('a deleted tenant leaves nothing behind, and what is under way ends into nothing', async (t) => {
  const hub = await setupOrchestrator(t)
  const gate = createGate()
  const process = await hub.open({ probe: gate.probe })
  const flow = await hub.start(probeGraph('a>b'))
  await send(process, flow, { n: 1 })
  await process.probed.count(1)
  const counts = async () => {
    const [row] = await hub.database.asSuperuser(
      ['flow', 'flow_version', 'task', 'run', 'step', 'message']
        .map((table) => `select (select count(*)::int from component_orchestrator.${table}) as ${table}`)
        .map((select, index) => `(${select}) t${index}`)
        .join(', ')
        .replace(/^/, 'select * from '),
    )
    return row
  }
  await hub.publish('iam.tenant.deleted', { user: hub.user, tenant: randomUUID(), id: randomUUID() })
  assert.partialDeepStrictEqual(await counts(), { flow: 1, run: 1, task: 1, message: 1 })
  await hub.publish('iam.tenant.deleted', { user: hub.user, tenant: randomUUID(), id: hub.tenant })
  const gone = { flow: 0, flow_version: 0, task: 0, run: 0, step: 0, message: 0 }
  await until(counts, (seen) => JSON.stringify(seen) === JSON.stringify(gone))
  const headers = { 'content-type': 'application/json' }
  assert.equal((await process.call('POST', `/webhooks/hook/${flow}`, { headers, body: '{}' })).status, 404)
  gate.release()
  await process.stop()
  assert.deepEqual(await counts(), gone)
})
