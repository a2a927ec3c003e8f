import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, type TestContext, test } from 'node:test'
import { createMembership } from '#lib/membership'
import { createTaskQueue } from '#lib/task-queue'
import { createTestDatabase } from '../../../../test/support/postgres.ts'
import { componentOrchestratorMigrations } from '../migrations.ts'
import { createCompletions, MOST_RUN_STEPS, type Outcome } from './completion.ts'
import { createIntake } from './intake.ts'
import { createMessageCache } from './message-cache.ts'
import { createPlacement } from './placement.ts'
import { STEP_QUEUE, type StepPlaces, type StepTask } from './task.ts'

/** A worker without a free place: every task goes through the queue. */
const noPlaces = (memberId: string, wake: () => void = () => undefined): StepPlaces => ({
  room: async () => 0,
  alone: () => true,
  reserve: () => ({ ids: new Set(), begin: () => undefined, cancel: () => undefined }),
  wake,
  memberId,
})

/** A worker that is full: only those take a place that get one from a step that has ended. */
const full = (memberId: string): StepPlaces => ({
  room: async () => 0,
  alone: () => true,
  reserve: (ids, ending = 0) => ({
    ids: new Set(ids.slice(0, ending)),
    begin: () => undefined,
    cancel: () => undefined,
  }),
  wake: () => undefined,
  memberId,
})

/** One started flow, and all that writes runs, without an engine: the test leases and completes by hand. */
async function setup(t: TestContext) {
  const { db, asSuperuser, open } = await createTestDatabase(t, [componentOrchestratorMigrations])
  const flowId = randomUUID()
  await asSuperuser(
    `insert into component_orchestrator.flow (id, tenant_id, generation, state, first_step) values ($1, $2, 1, 'started', 'a')`,
    [flowId, randomUUID()],
  )
  async function engine(places: (memberId: string) => StepPlaces = noPlaces) {
    const own = open()
    const membership = createMembership({ db: own })
    await membership.start()
    t.after(() => membership.stop())
    const queue = createTaskQueue<StepTask>({ db: own, membership, table: 'component_orchestrator.task' })
    const completions = createCompletions({
      db: own,
      placement: createPlacement({ messages: createMessageCache(), places: places(membership.id) }),
      memberId: membership.id,
    })
    return { queue, completions, claim: (limit = 100) => queue.claim([STEP_QUEUE], limit) }
  }
  let woken = 0
  const wake = () => {
    woken += 1
  }
  const own = noPlaces(randomUUID(), wake)
  const intake = createIntake({
    db,
    placement: createPlacement({ messages: createMessageCache(), places: own }),
    headStarts: { begin: async () => undefined, drop: () => undefined, note: () => undefined },
    places: own,
  })
  const accept = (id = flowId, body = '{"data":1}') => intake.accept({ flowId: id, requestId: 'r', body })
  return {
    flowId,
    accept,
    asSuperuser,
    engine,
    woken: () => woken,
    async counts() {
      const [row] = await asSuperuser(`select
        (select count(*)::int from component_orchestrator.run) as runs,
        (select count(*)::int from component_orchestrator.message) as messages,
        (select count(*)::int from component_orchestrator.task) as tasks,
        (select count(*)::int from component_orchestrator.step) as steps`)
      return row
    },
    run: async () =>
      (await asSuperuser('select open_steps, failed_steps, finished_at from component_orchestrator.run'))[0],
  }
}

const success = (outputs: number, ...targets: string[]): Outcome => ({
  status: 'success',
  outputs: Array.from({ length: outputs }, (_, index) => `{"data":${index}}`),
  targets,
})
const failed: Outcome = { status: 'failed', error: { message: 'no \u0000 luck \ud800' } }

describe('accept()', () => {
  test('makes run, message and task of what comes to a started flow', async (t) => {
    const { accept, counts, run, woken } = await setup(t)
    const id = await accept()
    assert.match(id ?? '', /^[0-9a-f-]{36}$/)
    assert.deepEqual(await counts(), { runs: 1, messages: 1, tasks: 1, steps: 0 })
    assert.deepEqual(await run(), { open_steps: 1, failed_steps: 0, finished_at: null })
    assert.equal(woken(), 1)
  })

  test('takes nothing in for flows that are unknown, preparing, failed or stopped', async (t) => {
    const { accept, asSuperuser, flowId, counts } = await setup(t)
    assert.equal(await accept(randomUUID()), undefined)
    for (const state of ['preparing', 'failed', 'stopped']) {
      await asSuperuser('update component_orchestrator.flow set state = $1', [state])
      assert.equal(await accept(flowId), undefined, state)
    }
    assert.deepEqual(await counts(), { runs: 0, messages: 0, tasks: 0, steps: 0 })
  })

  test('takes in 500 at once, unknown flows among them, each answered for itself', async (t) => {
    const { accept, flowId, counts } = await setup(t)
    const ids = Array.from({ length: 500 }, (_, index) => (index % 5 === 0 ? randomUUID() : flowId))
    const runs = await Promise.all(ids.map((id) => accept(id)))
    for (const [index, run] of runs.entries()) assert.equal(run !== undefined, ids[index] === flowId)
    assert.equal(new Set(runs.filter((run) => run !== undefined)).size, 400)
    assert.deepEqual(await counts(), { runs: 400, messages: 400, tasks: 400, steps: 0 })
  })

  test('refuses an arrival that cannot be stored without harm to those beside it', async (t) => {
    const { accept, flowId, counts } = await setup(t)
    const [first, bad, last] = await Promise.allSettled([accept(), accept(flowId, '\u0000'), accept()])
    assert.deepEqual([first?.status, bad?.status, last?.status], ['fulfilled', 'rejected', 'fulfilled'])
    assert.deepEqual(await counts(), { runs: 2, messages: 2, tasks: 2, steps: 0 })
  })

  test('stops at a stop: what is accepted after it has committed is nothing', async (t) => {
    const { accept, asSuperuser, counts } = await setup(t)
    const accepted: boolean[] = []
    let stopped = false
    const loops = Array.from({ length: 8 }, async () => {
      for (let after = 0; after < 5; ) {
        const begunAfterStop = stopped
        const run = await accept()
        accepted.push(run !== undefined)
        if (!begunAfterStop) continue
        assert.equal(run, undefined)
        after += 1
      }
    })
    await asSuperuser(`update component_orchestrator.flow set state = 'stopped'`)
    stopped = true
    await Promise.all(loops)
    assert.equal((await counts())?.runs, accepted.filter(Boolean).length)
  })
})

describe('complete()', () => {
  test('hands each message to each target and counts what is open', async (t) => {
    const { accept, engine, counts, run } = await setup(t)
    const { claim, completions } = await engine()
    await accept()
    const [task] = await claim()
    assert.ok(task)
    await completions.complete(task, success(3, 'b', 'c'))
    assert.deepEqual(await counts(), { runs: 1, messages: 4, tasks: 6, steps: 1 })
    assert.deepEqual(await run(), { open_steps: 6, failed_steps: 0, finished_at: null })
  })

  test('ends the run with its last step, failed if one of them has', async (t) => {
    const { accept, engine, run, counts } = await setup(t)
    const { claim, completions } = await engine()
    await accept()
    const [first] = await claim()
    assert.ok(first)
    await completions.complete(first, success(1, 'b', 'c', 'd'))
    const [b, c, d] = await claim()
    assert.ok(b && c && d)
    await completions.complete(b, failed)
    await completions.complete(c, success(0, 'e'))
    assert.equal((await run())?.finished_at, null)
    await completions.complete(d, success(2))
    const { finished_at, ...rest } = (await run()) ?? {}
    assert.deepEqual(rest, { open_steps: 0, failed_steps: 1 })
    assert.ok(finished_at)
    assert.deepEqual(await counts(), { runs: 1, messages: 4, tasks: 0, steps: 4 })
  })

  test('changes nothing for a lease that was lost, and goes on for those beside it', async (t) => {
    const { accept, engine, counts, run, asSuperuser } = await setup(t)
    const [slow, other] = [await engine(), await engine()]
    await accept()
    const [lost] = await slow.claim()
    assert.ok(lost)
    await slow.queue.release([lost])
    const [held] = await other.claim()
    assert.ok(held)
    await slow.completions.complete(lost, success(5, 'b'))
    assert.deepEqual(await counts(), { runs: 1, messages: 1, tasks: 1, steps: 0 })
    await accept()
    const [fresh] = await slow.claim()
    assert.ok(fresh)
    await Promise.all([slow.completions.complete(lost, success(5, 'b')), slow.completions.complete(fresh, success(1))])
    await other.completions.complete(held, success(1))
    await slow.completions.complete(lost, failed)
    assert.deepEqual(await counts(), { runs: 2, messages: 4, tasks: 0, steps: 2 })
    const open = await asSuperuser('select open_steps, failed_steps from component_orchestrator.run')
    assert.deepEqual(open, [
      { open_steps: 0, failed_steps: 0 },
      { open_steps: 0, failed_steps: 0 },
    ])
    assert.ok(await run())
  })

  test('counts rightly while two engines complete 300 steps of the same runs at once', async (t) => {
    const { accept, engine, asSuperuser, counts } = await setup(t)
    const engines = [await engine(), await engine()]
    await Promise.all([accept(), accept(), accept()])
    const firsts = await engines[0]?.claim()
    for (const task of firsts ?? []) await engines[0]?.completions.complete(task, success(50, 'b', 'c'))
    await Promise.all(
      engines.map(async ({ claim, completions }) => {
        for (let tasks = await claim(20); tasks.length > 0; tasks = await claim(20)) {
          await Promise.all(
            tasks.map((task, index) => completions.complete(task, index % 10 === 0 ? failed : success(1))),
          )
        }
      }),
    )
    const rows = await asSuperuser(
      `select r.open_steps, r.failed_steps = (select count(*) from component_orchestrator.step s
                                              where s.run_id = r.id and s.status = 'failed') as right_failed,
              r.finished_at is not null as ended from component_orchestrator.run r`,
    )
    assert.deepEqual(
      rows,
      [1, 2, 3].map(() => ({ open_steps: 0, right_failed: true, ended: true })),
    )
    assert.equal((await counts())?.steps, 303)
  })

  test('passes a place on to one successor of the step that had it, and others to whoever waits', async (t) => {
    const { accept, engine, asSuperuser } = await setup(t)
    const { claim, completions } = await engine(full)
    await Promise.all([accept(), accept(), accept()])
    const [splitting, leaf, going] = await claim()
    assert.ok(splitting && leaf && going)
    await Promise.all([
      completions.complete(splitting, success(4, 'b', 'c')),
      completions.complete(leaf, success(0)),
      completions.complete({ ...going, hops: 16 }, success(1, 'b')),
    ])
    const rows = await asSuperuser(
      'select state, count(*)::int as tasks from component_orchestrator.task group by state order by state',
    )
    assert.deepEqual(rows, [
      { state: 'ready', tasks: 8 },
      { state: 'running', tasks: 1 },
    ])
  })

  test('fails the step that would take its run beyond the bound, and none that adds nothing to it', async (t) => {
    const { accept, engine, asSuperuser, counts, run } = await setup(t)
    const { claim, completions } = await engine()
    await accept()
    const [first] = await claim()
    assert.ok(first)
    await completions.complete(first, success(3, 'b'))
    await asSuperuser('update component_orchestrator.run set all_steps = $1', [MOST_RUN_STEPS - 1])
    const [splitting, leaf, silent] = await claim()
    assert.ok(splitting && leaf && silent)
    await Promise.all([
      completions.complete(splitting, success(2, 'c')),
      completions.complete(leaf, success(1)),
      completions.complete(silent, success(0, 'c')),
    ])
    const failures = await asSuperuser(`select id, error from component_orchestrator.step where status = 'failed'`)
    const message = `Cannot go on as a run must not have more than ${MOST_RUN_STEPS} steps`
    assert.deepEqual(failures, [{ id: splitting.id, error: { message } }])
    assert.deepEqual(await counts(), { runs: 1, messages: 5, tasks: 0, steps: 4 })
    assert.equal((await run())?.failed_steps, 1)
  })
})
