import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { createTestDatabase } from '../../test/support/postgres.ts'
import type { Database, Statement, Tx } from './postgres.ts'
import { createTaskQueue, type Lease, type TaskQueue, type TaskRow } from './task-queue.ts'

interface Job extends TaskRow {
  readonly seq: number
}

const [TENANT_A, TENANT_B] = ['00000000-0000-4000-8000-00000000000a', 'ffffffff-0000-4000-8000-00000000000b']
const BOOM = { message: 'boom' }

async function setup(t: TestContext) {
  const database = await createTestDatabase(t)
  const { db, asSuperuser } = database
  await asSuperuser(`call oih.create_task_table('public.job'); grant all on public.job to oih_app`)
  const open = (id: string = randomUUID(), own: Database = db) =>
    createTaskQueue<Job>({ db: own, membership: { id }, table: 'public.job' })
  const inTx = <T>(work: (tx: Tx) => Promise<T>) => db.transaction('everything', work)
  /** Adds `count` tasks with the given columns. */
  async function add(count: number, columns: Record<string, unknown> = {}): Promise<void> {
    const row = { queue: 'q', ...columns }
    const places = Object.keys(row).map((_, index) => `$${index + 2}`)
    await asSuperuser(
      `insert into job (id, ${Object.keys(row)}) select gen_random_uuid(), ${places} from generate_series(1, $1::integer)`,
      [count, ...Object.values(row)],
    )
  }
  const jobs = () =>
    db.query('select state, attempt, fence, worker, error, run_at > clock_timestamp() as later from job order by seq')
  return {
    db,
    asSuperuser,
    own: (poolSize: number) => database.open({ poolSize }),
    open,
    inTx,
    add,
    jobs,
    queue: open(),
  }
}

/** The only task of a claim. */
async function claimOne(queue: TaskQueue<Job>): Promise<Job> {
  const [job, ...others] = await queue.claim(['q'], 10)
  assert.ok(job !== undefined && others.length === 0)
  return job
}

interface Plan {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Actual Rows': number
  readonly Plans?: readonly Plan[]
}

const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)]

/** The plan by which `claim` runs for a limit of 10. */
async function explainClaim(db: Database): Promise<Plan[]> {
  let claim: Exclude<Statement, string> = { name: '', text: '' }
  const recording: Pick<Database, 'queryAs'> = {
    async queryAs(_scope, statement: Statement) {
      if (typeof statement !== 'string') claim = statement
      return []
    },
  }
  await createTaskQueue({ db: recording as Database, membership: { id: '' }, table: 'public.job' }).claim([], 1)
  const undo = new Error('undo')
  let found: Plan[] = []
  const explained = db.transaction('everything', async (tx) => {
    for (const [name, value] of Object.entries(claim.settings ?? {})) await tx.query(`set local ${name} = ${value}`)
    await tx.query(`prepare claim (text[], bigint, uuid) as ${claim.text}`)
    const [row] = await tx.query(`explain (analyze, format json) execute claim ('{q}', 10, gen_random_uuid())`)
    found = nodes(row?.['QUERY PLAN'][0].Plan)
    await tx.query('deallocate claim')
    throw undo
  })
  await assert.rejects(explained, undo)
  return found
}

test('claim() is not delayed by 100,000 waiting tasks of another tenant', async (t) => {
  const { queue, add, db, asSuperuser } = await setup(t)
  await add(100_000, { tenant_id: TENANT_A })
  await add(1, { tenant_id: TENANT_B })
  for (const statistics of ['none', 'fresh']) {
    if (statistics === 'fresh') await asSuperuser('analyze job')
    const plan = await explainClaim(db)
    assert.ok(plan.length > 10)
    for (const { 'Node Type': type, 'Actual Rows': rows } of plan) {
      assert.ok(type !== 'Seq Scan' && rows <= 20, `statistics ${statistics}: ${type} of ${rows} rows`)
    }
  }
  const tenants = (await queue.claim(['q'], 10)).map((job) => job.tenant_id)
  assert.equal(tenants.length, 10)
  assert.ok(tenants.slice(0, 2).includes(TENANT_B))
})

test('claim() takes turns over tenants also when it claims one task at a time', async (t) => {
  const { queue, add } = await setup(t)
  await add(20, { tenant_id: TENANT_A })
  await add(3, { tenant_id: TENANT_B })
  await add(3)
  const tenants: (string | null)[] = []
  for (let n = 0; n < 9; n += 1) tenants.push(...(await queue.claim(['q'], 1)).map((job) => job.tenant_id))
  for (const round of [tenants.slice(0, 3), tenants.slice(3, 6), tenants.slice(6, 9)]) {
    assert.deepEqual(new Set(round), new Set([TENANT_A, TENANT_B, null]))
  }
})

test('claim() favours no tenant when each task is finished before the next claim', async (t) => {
  const { queue, add, inTx } = await setup(t)
  await add(40, { tenant_id: TENANT_A })
  await add(1, { tenant_id: TENANT_B })
  const tenants: (string | null)[] = []
  // By chance alone the one task waits for 40 claims once in 10^12 runs.
  while (!tenants.includes(TENANT_B)) {
    const job = (await queue.claim(['q'], 1))[0]
    assert.ok(job !== undefined)
    await inTx((tx) => queue.finish(tx, [job]))
    tenants.push(job.tenant_id)
  }
  assert.ok(tenants.length < 41, `after ${tenants.length} claims`)
})

test('claim() takes the oldest of the queues asked for, and nothing before its time', async (t) => {
  const { queue, add } = await setup(t)
  await add(1, { queue: 'other' })
  await add(1, { run_at: new Date(Date.now() + 60_000) })
  await add(1, { run_at: new Date(Date.now() - 1_000) })
  await add(1, { run_at: new Date(Date.now() - 2_000) })
  const jobs = await queue.claim(['q'], 10)
  assert.deepEqual(
    jobs.map(({ seq, attempt, fence }) => ({ seq, attempt, fence })),
    [
      { seq: 4, attempt: 1, fence: 1 },
      { seq: 3, attempt: 1, fence: 1 },
    ],
  )
  assert.deepEqual(await queue.claim(['q'], 10), [])
  assert.deepEqual(await queue.claim([], 10), [])
})

test('claim() runs the tasks of one ordering key one after the other, also for two claimers at once', async (t) => {
  const { open, add, inTx } = await setup(t)
  for (let n = 0; n < 15; n += 1) for (const key of ['x', 'y', 'z']) await add(1, { ordering_key: key })
  const done = new Map<string, number[]>()
  const atWork = new Set<string>()
  let left = 45
  async function work(queue: TaskQueue<Job>): Promise<void> {
    while (left > 0) {
      const jobs = await queue.claim(['q'], 2)
      for (const { ordering_key: key, seq } of jobs) {
        assert.ok(key !== null && !atWork.has(key), `"${key}" is at work twice`)
        atWork.add(key)
        done.set(key, [...(done.get(key) ?? []), seq])
      }
      await inTx(async (tx) => {
        const held = await queue.finish(tx, jobs)
        assert.equal(held.size, jobs.length)
        // From the commit on others may take the next.
        for (const job of jobs) atWork.delete(job.ordering_key ?? '')
      })
      left -= jobs.length
    }
  }
  await Promise.all([work(open()), work(open())])
  for (const seqs of done.values()) {
    assert.equal(seqs.length, 15)
    assert.deepEqual(
      seqs,
      seqs.toSorted((a, b) => a - b),
    )
  }
})

test('claim() waits for the first of an ordering key to be retried, and passes over it once it is dead', async (t) => {
  const { queue, add, inTx, asSuperuser } = await setup(t)
  await add(2, { ordering_key: 'x' })
  await add(1, { ordering_key: 'x', queue: 'other' })
  const first = await claimOne(queue)
  assert.equal(first.seq, 1)
  await inTx((tx) => queue.retry(tx, first, 60_000, BOOM))
  assert.deepEqual(await queue.claim(['q'], 10), [])
  assert.equal((await queue.claim(['other'], 10)).length, 1)
  await asSuperuser('update job set run_at = now() where seq = 1')
  const again = await claimOne(queue)
  assert.deepEqual([again.seq, again.attempt], [1, 2])
  await inTx((tx) => queue.bury(tx, again, BOOM))
  assert.equal((await claimOne(queue)).seq, 2)
})

test('claim() gives no task twice to 20 claimers of 5,000 tasks', { timeout: 20_000 }, async (t) => {
  const { open, add, asSuperuser, own } = await setup(t)
  const pool = own(20)
  await add(4_000, { tenant_id: TENANT_A })
  await add(1_000, { tenant_id: TENANT_B })
  const ids: string[] = []
  async function claimAll(queue: TaskQueue<Job>): Promise<void> {
    while (ids.length < 5_000) ids.push(...(await queue.claim(['q'], 25)).map(({ id }) => id))
  }
  await Promise.all(Array.from({ length: 20 }, () => claimAll(open(undefined, pool))))
  assert.equal(ids.length, 5_000)
  assert.equal(new Set(ids).size, 5_000)
  assert.deepEqual(await asSuperuser('select distinct state, fence, attempt from job'), [
    { state: 'running', fence: 1, attempt: 1 },
  ])
})

test('finish(), retry(), bury() and release() do nothing with an old fence, nor without a lease', async (t) => {
  const { queue, add, inTx, jobs } = await setup(t)
  await add(1)
  const old = await claimOne(queue)
  await queue.release([old])
  const tryAll = async (lease: Lease) => {
    assert.deepEqual(await inTx((tx) => queue.finish(tx, [lease])), new Set())
    assert.equal(await inTx((tx) => queue.retry(tx, lease, 0, BOOM)), false)
    assert.equal(await inTx((tx) => queue.bury(tx, lease, BOOM)), false)
    await queue.release([lease])
  }
  await tryAll(old)
  const job = await claimOne(queue)
  assert.equal(job.fence, 2)
  const before = await jobs()
  await tryAll(old)
  await tryAll({ id: job.id, fence: 3 })
  await tryAll({ id: randomUUID(), fence: 2 })
  assert.deepEqual(await jobs(), before)
  assert.deepEqual(await inTx((tx) => queue.finish(tx, [old, job])), new Set([job.id]))
  assert.deepEqual(await jobs(), [])
})

test('finish() removes nothing when its transaction rolls back', async (t) => {
  const { queue, add, inTx, jobs } = await setup(t)
  await add(1)
  const job = await claimOne(queue)
  const finished = inTx(async (tx) => {
    assert.equal((await queue.finish(tx, [job])).size, 1)
    throw new Error('boom')
  })
  await assert.rejects(finished, /boom/)
  assert.equal((await jobs())[0]?.state, 'running')
})

test('retry() and bury() keep the error in a form that the database takes', async (t) => {
  const { queue, add, inTx, jobs } = await setup(t)
  await add(1)
  const message = `nul \0 half \ud83d ${'x'.repeat(20_000)}`
  const job = await claimOne(queue)
  assert.equal(await inTx((tx) => queue.retry(tx, job, 60_000, { message, stack: 'at' })), true)
  const [waiting] = await jobs()
  assert.deepEqual([waiting?.state, waiting?.attempt, waiting?.later, waiting?.worker], ['ready', 1, true, null])
  assert.ok(waiting?.error.message.startsWith('nul \ufffd half \ufffd x'))
  assert.equal(waiting?.error.message.length, 8_000)
  assert.equal(waiting?.error.stack, 'at')
})

test('release() hands back without counting the attempt', async (t) => {
  const { queue, add, jobs } = await setup(t)
  await add(2)
  const claimed = await queue.claim(['q'], 2)
  await queue.release(claimed.slice(0, 1))
  await queue.release(claimed.slice(1), 60_000)
  await queue.release([])
  assert.deepEqual(
    (await jobs()).map(({ state, attempt, later, worker }) => ({ state, attempt, later, worker })),
    [
      { state: 'ready', attempt: 0, later: false, worker: null },
      { state: 'ready', attempt: 0, later: true, worker: null },
    ],
  )
  assert.equal((await claimOne(queue)).attempt, 1)
})

test('disown() hands back what this member alone has leased beside what it holds', async (t) => {
  const { open, queue, add, jobs } = await setup(t)
  await add(2)
  await add(1, { queue: 'other' })
  const held = await queue.claim(['q'], 1)
  await queue.claim(['q', 'other'], 9)
  await add(1)
  await open().claim(['q'], 1)
  await queue.disown(['q'], held)
  assert.deepEqual(
    (await jobs()).map(({ state, attempt }) => `${state} ${attempt}`),
    ['running 1', 'ready 0', 'running 1', 'running 1'],
  )
})

test('reclaim() frees the tasks of dead members only, and the old lease settles nothing', async (t) => {
  const { open, add, inTx, jobs, asSuperuser } = await setup(t)
  await add(4)
  const [living, expired, gone] = [randomUUID(), randomUUID(), randomUUID()]
  await asSuperuser(
    `insert into oih.member values ($1, clock_timestamp() + interval '1 minute'), ($2, clock_timestamp() - interval '1 ms')`,
    [living, expired],
  )
  for (const member of [living, expired, gone]) await open(member).claim(['q'], 1)
  const late = open(gone)
  const lease = await inTx((tx) => tx.query<Job>('select id, fence from job where worker = $1', [gone]))
  assert.equal(await open().reclaim(['other']), 0)
  assert.equal(await open().reclaim(['q', 'other']), 2)
  assert.deepEqual(
    (await jobs()).map(({ state, worker, attempt }) => ({ state, worker, attempt })),
    [
      { state: 'running', worker: living, attempt: 1 },
      { state: 'ready', worker: null, attempt: 1 },
      { state: 'ready', worker: null, attempt: 1 },
      { state: 'ready', worker: null, attempt: 0 },
    ],
  )
  assert.equal((await inTx((tx) => late.finish(tx, lease))).size, 0)
})

test('reclaim() buries what has had the most attempts of its queue, and lets the next of its key go on', async (t) => {
  const { open, add, jobs, asSuperuser } = await setup(t)
  await add(2, { ordering_key: 'x' })
  const most = (queue: string) => (queue === 'q' ? 3 : Number.POSITIVE_INFINITY)
  for (const attempt of [1, 2, 3]) {
    assert.equal((await claimOne(open())).attempt, attempt)
    assert.equal(await open().reclaim(['q', 'other'], most), 1)
  }
  const [dead] = await jobs()
  assert.deepEqual([dead?.state, dead?.attempt, dead?.worker], ['dead', 3, null])
  assert.match(dead?.error.message, /died/)
  assert.equal((await claimOne(open())).seq, 2)
  await asSuperuser('update job set attempt = 1000000 where seq = 2')
  assert.equal(await open().reclaim(['q'], () => Number.POSITIVE_INFINITY), 1)
  assert.equal((await jobs())[1]?.state, 'ready')
})

test('reclaim() passes over a task whose dead worker still holds it in a transaction', async (t) => {
  const { open, queue, add, inTx, jobs } = await setup(t)
  await add(1)
  const job = await claimOne(queue)
  await inTx(async (tx) => {
    await queue.finish(tx, [job])
    assert.equal(await open().reclaim(['q']), 0)
  })
  assert.deepEqual(await jobs(), [])
})
