import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { createTestDatabase } from '../../../../test/support/postgres.ts'
import { componentOrchestratorMigrations } from '../migrations.ts'
import { listRuns, listSteps, runStatuses } from './run-store.ts'

test('listSteps() shows messages up to a number of bytes, and says where it leaves them out', async (t) => {
  const { db, asSuperuser } = await createTestDatabase(t, [componentOrchestratorMigrations])
  const [runId, tenant] = [randomUUID(), randomUUID()]
  for (const n of [1, 2, 3]) {
    const [step, input] = [randomUUID(), randomUUID()]
    await asSuperuser(
      `insert into component_orchestrator.step (id, tenant_id, run_id, step_id, message_id, status, attempt, created_at, started_at)
       values ($1, $2, $3, $4, $5, 'success', 1, now() + make_interval(secs => $6), now())`,
      [step, tenant, runId, `s${n}`, input, n],
    )
    for (const [id, task, place] of [
      [input, null, 0],
      [randomUUID(), step, 1],
      [randomUUID(), step, 0],
    ]) {
      await asSuperuser(
        'insert into component_orchestrator.message (id, tenant_id, run_id, task_id, place, body) values ($1, $2, $3, $4, $5, $6)',
        [id, tenant, runId, task, place, `"${n}${place}${'x'.repeat(96)}"`],
      )
    }
  }
  const list = (mostBytes?: number) => db.transaction('everything', (tx) => listSteps(tx, runId, mostBytes))
  const all = await list()
  assert.deepEqual(
    all.map(({ stepId, omitted }) => [stepId, omitted]),
    [
      ['s1', false],
      ['s2', false],
      ['s3', false],
    ],
  )
  assert.deepEqual(
    all[1]?.outputs.map((text) => text.slice(1, 3)),
    ['20', '21'],
  )
  const some = await list(600)
  assert.deepEqual(
    some.map(({ omitted, outputs }) => [omitted, outputs.length]),
    [
      [false, 2],
      [false, 2],
      [true, 0],
    ],
  )
  assert.deepEqual(
    some.map(({ input }) => input.length),
    [100, 100, 4],
  )
})

test('listRuns() finds by status what it shows as such, the latest first', async (t) => {
  const { db, asSuperuser } = await createTestDatabase(t, [componentOrchestratorMigrations])
  const [tenantId, flowId] = [randomUUID(), randomUUID()]
  let seconds = 0
  for (const [open, failed] of [
    [0, 0],
    [2, 0],
    [2, 1],
    [0, 3],
    [0, 0],
  ]) {
    await asSuperuser(
      `insert into component_orchestrator.run
         (id, tenant_id, flow_id, generation, request_id, open_steps, failed_steps, started_at)
       values ($1, $2, $3, 1, $4, $5, $6, now() + make_interval(secs => $7))`,
      [randomUUID(), tenantId, flowId, `r${seconds}`, open, failed, seconds++],
    )
  }
  const list = async (status: (typeof runStatuses)[number] | undefined) => {
    const filter = { tenantId, flowId, status }
    const { runs, total } = await db.transaction({ tenant: tenantId }, (tx) =>
      listRuns(tx, filter, { limit: 10, offset: 0 }),
    )
    assert.equal(total, runs.length)
    for (const run of runs) assert.equal(run.status, status ?? run.status)
    return runs.map(({ requestId }) => requestId)
  }
  assert.deepEqual(await list(undefined), ['r4', 'r3', 'r2', 'r1', 'r0'])
  assert.deepEqual(await Promise.all(runStatuses.map(list)), [['r2', 'r1'], ['r4', 'r0'], ['r3']])
})
