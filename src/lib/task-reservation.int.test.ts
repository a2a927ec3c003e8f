import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { createRecord } from '../../test/support/bus.ts'
import { createTestDatabase } from '../../test/support/postgres.ts'
import { createTaskQueue, type TaskRow } from './task-queue.ts'
import { createTaskWorker } from './task-worker.ts'

/** A worker of two places; its tasks stay at work until their door is opened. */
async function setup(t: TestContext) {
  const over = new AbortController()
  // Before the pool is closed, which comes next.
  t.after(async () => {
    over.abort()
    for (const door of doors.values()) door.resolve()
    await worker.stop()
  })
  const { db, asSuperuser } = await createTestDatabase(t)
  await asSuperuser(`call oih.create_task_table('public.job'); grant all on public.job to oih_app`)
  const member = randomUUID()
  await asSuperuser(`insert into oih.member values ($1, clock_timestamp() + interval '1 hour')`, [member])
  const queue = createTaskQueue<TaskRow>({ db, membership: { id: member }, table: 'public.job' })
  const looks = createRecord<number>()
  const ran = createRecord<TaskRow>()
  const finished = createRecord<string>()
  const doors = new Map<string, PromiseWithResolvers<void>>()
  const worker = createTaskWorker<TaskRow>({
    queues: () => ['q'],
    concurrency: 2,
    onError: (error) => assert.fail(String(error)),
    queue: {
      ...queue,
      async claim(queues, limit) {
        const tasks = await queue.claim(queues, limit)
        looks.add(tasks.length)
        return tasks
      },
    },
    async run(task) {
      ran.add(task)
      const door = Promise.withResolvers<void>()
      doors.set(task.id, door)
      if (!over.signal.aborted) await door.promise
      await db.transaction('everything', (tx) => queue.finish(tx, [task]))
      finished.add(task.id)
    },
  })
  worker.start()
  await looks.count(1)
  // The look is over once its answer has been taken in.
  await new Promise(setImmediate)
  /** Inserts tasks as leased to the worker, as holders of a reservation do. */
  const insert = (ids: Iterable<string>) =>
    db.queryAs<TaskRow>(
      'everything',
      `insert into job (id, queue, state, worker, fence, attempt)
       select id, 'q', 'running', $2, 1, 1 from unnest($1::uuid[]) as id returning *`,
      [[...ids], member],
    )
  return {
    worker,
    looks,
    ran,
    finished,
    insert,
    open: (id: string) => doors.get(id)?.resolve(),
    wait: (count: number) =>
      asSuperuser(`insert into job (id, queue) select gen_random_uuid(), 'q' from generate_series(1, $1)`, [count]),
    jobs: () => asSuperuser('select state, attempt from job order by seq'),
  }
}

const ids = (count: number) => Array.from({ length: count }, () => randomUUID())

test('reserve() grants free places in the given order, and what begins there is not claimed', async (t) => {
  const { worker, insert, ran, finished, open, jobs } = await setup(t)
  const wanted = ids(3)
  const reservation = worker.reserve(wanted)
  assert.deepEqual([...reservation.ids], wanted.slice(0, 2))
  assert.equal(worker.reserve(ids(1)).ids.size, 0)
  reservation.begin(await insert(reservation.ids))
  await ran.count(2)
  for (const id of reservation.ids) open(id)
  await finished.count(2)
  assert.deepEqual(await jobs(), [])
  assert.deepEqual([...worker.reserve(ids(3)).ids].length, 2)
})

test('reserve() grants nothing while others wait, but passes on the places of tasks that end', async (t) => {
  const { worker, wait, ran, insert } = await setup(t)
  await wait(5)
  worker.wake()
  await ran.count(2)
  assert.equal(worker.reserve(ids(1)).ids.size, 0)
  const [one, two] = [worker.reserve(ids(2), 1), worker.reserve(ids(2), 1)]
  assert.deepEqual([one.ids.size, two.ids.size], [1, 1])
  one.begin(await insert(one.ids))
  two.cancel('not-inserted')
  await ran.count(3)
})

test('cancel() after a commit of unknown outcome has what was inserted handed back and done once', async (t) => {
  const { worker, insert, ran, open, finished, jobs } = await setup(t)
  const reservation = worker.reserve(ids(1))
  const [task] = await insert(reservation.ids)
  assert.ok(task)
  reservation.cancel('unknown')
  await ran.count(1)
  assert.deepEqual(
    ran.items.map(({ id, fence, attempt }) => ({ id, fence, attempt })),
    [{ id: task.id, fence: 2, attempt: 1 }],
  )
  open(task.id)
  await finished.count(1)
  assert.deepEqual(await jobs(), [])
})

test('a doubt about one insertion takes nothing from another that is under way', async (t) => {
  const { worker, insert, ran, looks, jobs } = await setup(t)
  const [doubtful, sound] = [worker.reserve(ids(1)), worker.reserve(ids(1))]
  const tasks = await insert(sound.ids)
  const seen = looks.items.length
  doubtful.cancel('unknown')
  await looks.count(seen + 1)
  assert.deepEqual(await jobs(), [{ state: 'running', attempt: 1 }])
  sound.begin(tasks)
  await ran.count(1)
  assert.equal(ran.items[0]?.fence, 1)
})

test('stop() hands back what was inserted meanwhile and not begun', async (t) => {
  const { worker, insert, ran, jobs } = await setup(t)
  const reservation = worker.reserve(ids(1))
  const tasks = await insert(reservation.ids)
  const stopped = worker.stop()
  assert.equal(worker.reserve(ids(1), 1).ids.size, 0)
  reservation.begin(tasks)
  await stopped
  assert.deepEqual([ran.items.length, await jobs()], [0, [{ state: 'ready', attempt: 0 }]])
})

test('room() waits for a place, no longer than it is told to, and not at all once the worker stops', async (t) => {
  const { worker, insert, ran, open } = await setup(t)
  assert.equal(await worker.room(60_000), 2)
  const reservation = worker.reserve(ids(2))
  assert.equal(await worker.room(1), 0)
  const room = worker.room(60_000)
  reservation.begin(await insert(reservation.ids))
  await ran.count(2)
  open([...reservation.ids][0] ?? '')
  assert.equal(await room, 1)
  const last = worker.reserve(ids(1))
  const atStop = worker.room(60_000)
  last.cancel('not-inserted')
  assert.equal(await atStop, 1)
  void worker.stop()
  assert.equal(await worker.room(60_000), Number.POSITIVE_INFINITY)
})
