import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { createTestDatabase } from '../../../../test/support/postgres.ts'
import { componentOrchestratorMigrations } from '../migrations.ts'
import { listSteps } from './run-store.ts'

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
