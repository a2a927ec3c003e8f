import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createRecord } from '../../test/support/bus.ts'
import { createTestDatabase } from '../../test/support/postgres.ts'
import { ConnectionLostError, type Database } from './postgres.ts'
import { createTaskQueue, type TaskQueue, type TaskRow } from './task-queue.ts'
import { createTaskWorker, type TaskWorker, type TaskWorkerOptions } from './task-worker.ts'

type Options = Partial<TaskWorkerOptions<TaskRow>> & { readonly db?: Database; readonly member?: string }

async function setup(t: TestContext) {
  const workers: TaskWorker<TaskRow>[] = []
  // Before the pools are closed, which comes next.
  t.after(() => Promise.all(workers.map((worker) => worker.stop())))
  const database = await createTestDatabase(t)
  const { db, asSuperuser } = database
  await asSuperuser(`call oih.create_task_table('public.job'); grant all on public.job to oih_app`)
  const member = randomUUID()
  await asSuperuser(`insert into oih.member values ($1, clock_timestamp() + interval '1 hour')`, [member])
  const queueOf = (own: Database, id: string = member) =>
    createTaskQueue<TaskRow>({ db: own, membership: { id }, table: 'public.job' })
  /** A worker that records what it runs; without `run` it finishes every task. */
  function open({ db: own = db, member: id, ...options }: Options = {}) {
    const queue = queueOf(own, id)
    const looks = createRecord<number>()
    const ran = createRecord<TaskRow>()
    const finished = createRecord<string>()
    const errors = createRecord<{ error: unknown; task: TaskRow | undefined }>()
    async function finish(task: TaskRow): Promise<void> {
      const held = await own.transaction('everything', (tx) => queue.finish(tx, [task]))
      if (held.has(task.id)) finished.add(task.id)
    }
    const worker = createTaskWorker<TaskRow>({
      queues: () => ['q'],
      concurrency: 2,
      onError: (error, task) => errors.add({ error, task }),
      ...options,
      queue: recordingLooks(options.queue ?? queue, looks.add),
      async run(task, signal) {
        ran.add(task)
        await options.run?.(task, signal)
        await finish(task)
      },
    })
    workers.push(worker)
    return { worker, queue, looks, ran, finished, errors }
  }
  return {
    ...database,
    pool: database.open,
    open,
    member,
    queueOf,
    add: (count: number) =>
      asSuperuser(`insert into job (id, queue) select gen_random_uuid(), 'q' from generate_series(1, $1::integer)`, [
        count,
      ]),
    jobs: () =>
      asSuperuser(
        `select state, attempt, run_at > clock_timestamp() + interval '0.2 s' as later from job order by seq`,
      ),
  }
}

function recordingLooks(queue: TaskQueue<TaskRow>, add: (count: number) => void): TaskQueue<TaskRow> {
  return {
    ...queue,
    async claim(queues, limit) {
      const tasks = await queue.claim(queues, limit)
      add(tasks.length)
      return tasks
    },
  }
}

/** A door that opens for all who wait at it. */
const gate = () => Promise.withResolvers<void>()

test('TaskWorker runs as many tasks at a time as "concurrency" says', async (t) => {
  const { open, add, jobs } = await setup(t)
  await add(7)
  const doors: (() => void)[] = []
  let atWork = 0
  let most = 0
  const { worker, ran, finished } = open({
    concurrency: 3,
    async run() {
      atWork += 1
      most = Math.max(most, atWork)
      await new Promise<void>((resolve) => doors.push(resolve))
      atWork -= 1
    },
  })
  worker.start()
  await ran.count(3)
  worker.wake()
  assert.equal((await jobs()).filter(({ state }) => state === 'running').length, 3)
  doors.shift()?.()
  await ran.count(4)
  for (let count = 5; count <= 7; count += 1) {
    doors.shift()?.()
    await ran.count(count)
  }
  for (const open of doors) open()
  await finished.count(7)
  assert.equal(most, 3)
  assert.deepEqual(await jobs(), [])
})

test('wake() looks at once', async (t) => {
  const { open, add } = await setup(t)
  const { worker, looks, finished } = open()
  // Without time nobody looks again unless woken.
  t.mock.timers.enable({ apis: ['setTimeout'] })
  worker.start()
  while (looks.items.length === 0) await new Promise(setImmediate)
  await add(1)
  worker.wake()
  while (finished.items.length === 0) await new Promise(setImmediate)
  t.mock.timers.reset()
})

test('TaskWorker finds what others have added without being woken', async (t) => {
  const { open, add } = await setup(t)
  const { worker, looks, finished } = open()
  worker.start()
  await looks.count(1)
  await add(1)
  await finished.count(1)
})

test('stop() waits for what runs and takes nothing more', async (t) => {
  const { open, add, jobs } = await setup(t)
  await add(2)
  const door = gate()
  let aborted = false
  const { worker, ran } = open({
    concurrency: 1,
    async run(_, signal) {
      await door.promise
      aborted = signal.aborted
    },
  })
  worker.start()
  await ran.count(1)
  let stopped = false
  const stopping = Promise.all([worker.stop(), worker.stop()]).then(() => {
    stopped = true
  })
  await jobs()
  assert.equal(stopped, false)
  door.resolve()
  await stopping
  worker.wake()
  assert.deepEqual(await jobs(), [{ state: 'ready', attempt: 0, later: false }])
  assert.deepEqual([aborted, ran.items.length], [false, 1])
})

test('stop() aborts what still runs after its grace, and hands back what then throws', async (t) => {
  const { open, add, jobs } = await setup(t)
  await add(1)
  const { worker, ran, errors } = open({
    graceMs: 20,
    async run(_, signal) {
      if (!signal.aborted) await once(signal, 'abort')
      throw signal.reason
    },
  })
  worker.start()
  await ran.count(1)
  await worker.stop()
  assert.equal(errors.items.length, 1)
  assert.deepEqual(await jobs(), [{ state: 'ready', attempt: 0, later: false }])
})

test('stop() before start() and without work resolves', async (t) => {
  const { open } = await setup(t)
  await open().worker.stop()
})

test('stop() hands back what had been claimed and not begun', async (t) => {
  const { open, add, jobs, queueOf, db } = await setup(t)
  await add(2)
  const [claimed, door] = [gate(), gate()]
  const queue = queueOf(db)
  const { worker, ran } = open({
    queue: {
      ...queue,
      async claim(queues, limit) {
        const tasks = await queue.claim(queues, limit)
        claimed.resolve()
        await door.promise
        return tasks
      },
    },
  })
  worker.start()
  await claimed.promise
  assert.deepEqual(
    (await jobs()).map(({ state }) => state),
    ['running', 'running'],
  )
  const stopping = worker.stop()
  door.resolve()
  await stopping
  assert.deepEqual(await jobs(), [
    { state: 'ready', attempt: 0, later: false },
    { state: 'ready', attempt: 0, later: false },
  ])
  assert.deepEqual(ran.items, [])
})

test('TaskWorker hands back a task that was not settled, for later and without counting it', async (t) => {
  const { open, add, jobs, asSuperuser } = await setup(t)
  await add(1)
  let fails = true
  const { worker, ran, looks, errors, finished } = open({
    async run() {
      if (fails) throw new Error('boom')
    },
  })
  worker.start()
  // The second look follows the end of the task.
  await looks.until((counts) => counts.length >= 2 && counts.at(-1) === 0)
  assert.deepEqual(await jobs(), [{ state: 'ready', attempt: 0, later: true }])
  const count = looks.items.length
  worker.wake()
  await looks.count(count + 1)
  assert.equal(ran.items.length, 1)
  assert.deepEqual(
    errors.items.map(({ error, task }) => [(error as Error).message, task?.id]),
    [['boom', ran.items[0]?.id]],
  )
  fails = false
  await asSuperuser('update job set run_at = now()')
  worker.wake()
  await finished.count(1)
  assert.deepEqual(
    ran.items.map(({ attempt }) => attempt),
    [1, 1],
  )
})

test('TaskWorker takes up the tasks of a dead process, and buries what has killed enough of them', async (t) => {
  const { open, add, queueOf, db, jobs, asSuperuser } = await setup(t)
  await add(2)
  await queueOf(db, randomUUID()).claim(['q'], 2)
  await asSuperuser('update job set attempt = 3 where seq = 2')
  const { worker, ran, finished } = open({ mostAttempts: () => 3 })
  worker.start()
  await finished.count(1)
  assert.deepEqual(
    ran.items.map(({ attempt }) => attempt),
    [2],
  )
  assert.deepEqual(
    (await jobs()).map(({ state }) => state),
    ['dead'],
  )
})

test('TaskWorker works on what it has claimed although the answer was lost', async (t) => {
  const { open, add, queueOf, db } = await setup(t)
  await add(3)
  const queue = queueOf(db)
  const [lost, door] = [gate(), gate()]
  let claims = 0
  const { worker, ran, finished, errors } = open({
    concurrency: 3,
    queue: {
      ...queue,
      async claim(queues, limit) {
        claims += 1
        const tasks = await queue.claim(queues, claims < 3 ? claims : limit)
        if (claims !== 2) return tasks
        assert.equal(tasks.length, 2)
        lost.resolve()
        throw new ConnectionLostError(new Error('The answer to the commit was lost'))
      },
    },
    async run() {
      if (ran.items.length === 1) await door.promise
    },
  })
  worker.start()
  await ran.count(1)
  worker.wake()
  await lost.promise
  worker.wake()
  await finished.count(2)
  door.resolve()
  await finished.count(3)
  assert.equal(ran.items.length, 3)
  assert.deepEqual(errors.items, [])
})

test('reserve() grants nothing that a look after a lost answer would take for left behind', async (t) => {
  const { open, queueOf, db, asSuperuser, member, jobs } = await setup(t)
  const queue = queueOf(db)
  const [asked, door] = [gate(), gate()]
  let claims = 0
  const { worker, looks, ran, finished } = open({
    concurrency: 3,
    queue: {
      ...queue,
      async claim(queues, limit) {
        claims += 1
        if (claims === 2) throw new ConnectionLostError(new Error('The answer to the commit was lost'))
        return queue.claim(queues, limit)
      },
      async disown(queues, held) {
        asked.resolve()
        await door.promise
        await queue.disown(queues, held)
      },
    },
  })
  worker.start()
  await looks.count(1)
  worker.wake()
  worker.wake()
  await asked.promise
  const id = randomUUID()
  const reservation = worker.reserve([id])
  const begins = reservation.ids.has(id)
  const rows = await asSuperuser(
    `insert into job (id, queue, state, worker, fence, attempt)
     values ($1, 'q', case when $2 then 'running' else 'ready' end, case when $2 then $3::uuid end, $2::int, $2::int)
     returning *`,
    [id, begins, member],
  )
  reservation.begin(begins ? (rows as unknown as TaskRow[]) : [])
  door.resolve()
  worker.wake()
  await finished.count(1)
  assert.deepEqual(
    ran.items.map((task) => task.id),
    [id],
  )
  assert.deepEqual(await jobs(), [])
})

/** An address in front of the server that can be taken away and brought back. */
async function createDoor(t: TestContext, url: string) {
  const { hostname, port, searchParams } = new URL(url)
  const host = searchParams.get('host') ?? hostname
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = host.startsWith('/')
      ? connect(`${host}/.s.PGSQL.${port || 5432}`)
      : connect(Number(port || 5432), host)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(from)
          to.destroy()
        })
      from.pipe(to)
    }
  })
  async function close(): Promise<void> {
    for (const socket of sockets) socket.destroy()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(close)
  const through = new URL(url)
  const { port: own } = server.address() as AddressInfo
  through.hostname = '127.0.0.1'
  through.port = String(own)
  through.searchParams.delete('host')
  return {
    url: through.href,
    close,
    async open() {
      server.listen(own, '127.0.0.1')
      await once(server, 'listening')
    },
  }
}

test('TaskWorker goes on when its connections are ended in the middle of its work', async (t) => {
  const { open, add, pool, url, cut, jobs } = await setup(t)
  await add(12)
  const { worker, ran, looks, errors } = open({
    db: pool({ url: `${url}${url.includes('?') ? '&' : '?'}application_name=oih-cut` }),
    concurrency: 4,
    async run() {
      if (ran.items.length % 6 === 1) await cut('oih-cut')
    },
  })
  worker.start()
  while ((await jobs()).length > 0) await looks.count(looks.items.length + 1)
  assert.equal(new Set(ran.items.map(({ id }) => id)).size, 12)
  assert.deepEqual(
    errors.items.filter(({ task }) => task === undefined),
    [],
  )
})

test('TaskWorker goes on when the database has been away for a while', async (t) => {
  const { open, add, pool, url, jobs } = await setup(t)
  await add(2)
  const door = await createDoor(t, url)
  const away = gate()
  const { worker, ran, finished, errors } = open({
    db: pool({ url: door.url }),
    async run() {
      if (ran.items.length <= 2) await away.promise
    },
  })
  worker.start()
  await ran.count(2)
  await door.close()
  away.resolve()
  await errors.count(2)
  worker.wake()
  await door.open()
  await finished.count(2)
  assert.deepEqual(
    ran.items.map(({ attempt }) => attempt),
    [1, 1, 1, 1],
  )
  assert.deepEqual(
    errors.items.map(({ error, task }) => [error instanceof ConnectionLostError, task !== undefined]),
    [
      [true, true],
      [true, true],
    ],
  )
  assert.deepEqual(await jobs(), [])
})
