import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { codeRequest, codeWorker } from '../../../test/support/worker-program.ts'
import { BusyError, TerminalError } from '../errors.ts'
import { createProcessPool, type PoolRequest, type ProcessPoolOptions } from './process-pool.ts'

const endless = 'for (;;);'
const echo = 'return [input]'

interface Work extends Partial<Omit<PoolRequest, 'request'>> {
  readonly input?: unknown
}

function setup(t: TestContext, options: Partial<ProcessPoolOptions> = {}) {
  const pool = createProcessPool({ what: 'work of a test', worker: codeWorker, ...options })
  t.after(() => pool.stop())
  const run = async (code: string, { input, ...work }: Work = {}): Promise<unknown[]> => {
    const texts = await pool.run({ key: 'k', request: codeRequest(code, input), ...work })
    return texts.map((text) => JSON.parse(text))
  }
  return { pool, run }
}

const isTerminal = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof TerminalError, String(error))
  assert.match(error.message, pattern)
  return true
}

const isBusy =
  (pattern: RegExp, retryAfter = 1_000) =>
  (error: unknown) => {
    assert.ok(error instanceof BusyError, String(error))
    assert.match(error.message, pattern)
    assert.equal(error.retryAfter, retryAfter)
    return true
  }

describe('run()', () => {
  test('gives the answers of many requests, each to its caller', async (t) => {
    const { run } = setup(t)
    const numbers = Array.from({ length: 500 }, (_, n) => n)
    const answers = await Promise.all(numbers.map((n) => run('return [input * 2]', { input: n, key: `k${n % 7}` })))
    assert.deepEqual(
      answers,
      numbers.map((n) => [n * 2]),
    )
  })

  test('takes any text, line breaks and tabs included, and big ones', async (t) => {
    const { pool, run } = setup(t)
    const input = { text: 'a\n\tb\u2028 ☃ \ud800 "\\', big: 'x'.repeat(3_000_000) }
    assert.deepEqual(await run(echo, { input }), [input])
    const request = { ...codeRequest(echo), input: '{\n"n":\n1\n}' }
    assert.deepEqual(await pool.run({ key: 'k', request }), ['{"n":1}'])
    assert.deepEqual(await run('return []'), [])
    assert.deepEqual(await run('return [1, "two", [3]]'), [1, 'two', [3]])
  })

  test('tells what a worker throws, cut to 500 characters', async (t) => {
    const { run } = setup(t)
    await assert.rejects(run('throw new Error("of\\n\\tits own")'), isTerminal(/^of\n\tits own$/))
    await assert.rejects(run('throw new Error("x".repeat(600))'), isTerminal(/^x{500}$/))
  })
})

describe('run() ends alone', () => {
  test('what loops or backtracks for ever', async (t) => {
    const { run } = setup(t, { deadline: 300 })
    const backtracking = 'return [/^(a+)+$/.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")]'
    const started = performance.now()
    const others = Array.from({ length: 50 }, (_, n) => run(echo, { input: n, key: `other${n}` }))
    const bad = [endless, backtracking].map((code) =>
      assert.rejects(run(code, { key: code }), isTerminal(/^Work of a test did not finish within 300 ms$/)),
    )
    await Promise.all([...bad, ...others])
    assert.ok(performance.now() - started < 5_000)
    assert.deepEqual(await run(echo, { input: 1 }), [1])
  })

  test('what needs too much memory, at once or bit by bit', async (t) => {
    const { run } = setup(t, { deadline: 20_000, memoryMb: 64 })
    const bombs = [
      'return ["x".repeat(500000000)]',
      'const all = []; for (;;) all.push({})',
      'let all = [1]; for (;;) all = [...all, ...all]',
    ]
    const others = Array.from({ length: 50 }, (_, n) => run(echo, { input: n, key: `other${n}` }))
    for (const bomb of bombs) {
      await assert.rejects(run(bomb, { key: bomb }), isTerminal(/^Work of a test must get by with 64 MiB of memory$/))
    }
    await Promise.all(others)
    assert.deepEqual(await run(echo, { input: 1 }), [1])
  })

  test('in a batch: the mates of an endless request are run again', async (t) => {
    const { run } = setup(t, { deadline: 300 })
    await run(echo)
    const mates = Array.from({ length: 6 }, (_, n) => run(echo, { input: n }))
    const bad = assert.rejects(run(endless), isTerminal(/did not finish/))
    const more = Array.from({ length: 6 }, (_, n) => run(echo, { input: n }))
    await bad
    assert.equal((await Promise.all([...mates, ...more])).length, 12)
  })
})

describe('run() survives', () => {
  test('the end of a process: mates are run again, and a request that ends two is given up', async (t) => {
    const { run } = setup(t)
    await run(echo)
    const before = Array.from({ length: 4 }, (_, n) => run(echo, { input: n }))
    const bad = assert.rejects(run(`process.kill(process.pid, 'SIGKILL')`), (error) => {
      assert.ok(!(error instanceof TerminalError))
      assert.match(String(error), /Work of a test failed as its process ended unexpectedly$/)
      return true
    })
    const after = Array.from({ length: 4 }, (_, n) => run(echo, { input: n }))
    await bad
    assert.deepEqual(await Promise.all([...before, ...after]), [[0], [1], [2], [3], [0], [1], [2], [3]])
  })

  test('want of memory in a batch', async (t) => {
    const { run } = setup(t, { deadline: 20_000, memoryMb: 64 })
    await run(echo)
    const mates = Array.from({ length: 4 }, (_, n) => run(echo, { input: n }))
    const bad = assert.rejects(run('return ["x".repeat(500000000)]'), isTerminal(/64 MiB/))
    const more = Array.from({ length: 4 }, (_, n) => run(echo, { input: n }))
    await bad
    assert.equal((await Promise.all([...mates, ...more])).length, 8)
  })

  test('a program that does not start: what waits fails with the reason', async (t) => {
    const { run } = setup(t, { worker: { ...codeWorker, file: `${codeWorker.file}.none` } })
    await assert.rejects(run(echo), /^Error: Cannot run work of a test as its process must start: .*Error/s)
  })
})

// Without fairness these would take minutes.
describe('run() is fair', { timeout: 30_000 }, () => {
  test('a flood of endless requests of many keys leaves processes for others', async (t) => {
    const { run } = setup(t, { deadline: 60_000, maxProcesses: 3 })
    const aborter = new AbortController()
    const flood = Array.from({ length: 24 }, (_, n) =>
      assert.rejects(run(endless, { key: `bad${n % 8}`, signal: aborter.signal }), { name: 'AbortError' }),
    )
    for (let n = 0; n < 10; n++) assert.deepEqual(await run(echo, { input: n, key: 'good' }), [n])
    aborter.abort()
    await Promise.all(flood)
  })

  test('a request that was ended to make room gets its full time later', async (t) => {
    const { run } = setup(t, { deadline: 60_000, maxProcesses: 2 })
    const long = 'const end = performance.now() + 500; while (performance.now() < end); return ["done"]'
    const longRuns = [run(long, { key: 'a' }), run(long, { key: 'b' })]
    const quick = Array.from({ length: 20 }, (_, n) => run(echo, { input: n, key: `quick${n}` }))
    await Promise.all(quick)
    assert.deepEqual(await Promise.all(longRuns), [['done'], ['done']])
  })
})

describe('the pool', () => {
  test('refuses more than may be pending, as an error to be tried again', async (t) => {
    const { pool, run } = setup(t, { maxPending: 2 })
    const pending = [run(echo), run(echo)]
    await assert.rejects(run(echo), isBusy(/^Cannot run work of a test as less than 2 requests must be pending$/))
    await Promise.all(pending)
    assert.equal(pool.stats.pending, 0)
    assert.deepEqual(await run(echo, { input: 3 }), [3])
  })

  test('refuses more weight than may be pending, by default characters, but no request that is alone', async (t) => {
    const { run } = setup(t, { maxPendingWeight: 1_000 })
    const large = run(echo, { input: 'x'.repeat(1_000) })
    await assert.rejects(run(echo), isBusy(/the weight of pending requests must be less than 1000$/))
    await large
    const heavy = run(echo, { weight: 900 })
    await assert.rejects(run(echo, { weight: 101 }), BusyError)
    await Promise.all([heavy, run(echo, { input: 'x'.repeat(1_000), weight: 100 })])
  })

  test('refuses more than 16 requests of a slow key that wait', async (t) => {
    const { run } = setup(t, { deadline: 60_000 })
    await run('const end = performance.now() + 150; while (performance.now() < end); return []', { key: 'slow' })
    const aborter = new AbortController()
    const { signal } = aborter
    const waiting = Array.from({ length: 16 }, () =>
      assert.rejects(run(endless, { key: 'slow', signal }), { name: 'AbortError' }),
    )
    await assert.rejects(
      run(endless, { key: 'slow' }),
      isBusy(/less than 16 requests of a slow key must wait$/, 60_000),
    )
    assert.deepEqual(await run(echo, { input: 1, key: 'other' }), [1])
    aborter.abort()
    await Promise.all(waiting)
  })

  test('forgets what is aborted', async (t) => {
    const { pool, run } = setup(t)
    const aborter = new AbortController()
    const aborted = assert.rejects(run(echo, { signal: aborter.signal }), { name: 'AbortError' })
    await nextTurn()
    aborter.abort()
    await aborted
    assert.equal(pool.stats.pending, 0)
    await assert.rejects(run(echo, { signal: aborter.signal }), { name: 'AbortError' })
  })

  test('starts when needed, grows when busy, and shrinks when idle', async (t) => {
    // The deadline is long beside the start of a process on a busy machine: the endless one must not be ended before another is there.
    const { pool, run } = setup(t, { deadline: 4_000, idleTime: 50 })
    assert.equal(pool.stats.processes, 0)
    await run(echo)
    assert.equal(pool.stats.processes, 1)
    const bad = assert.rejects(run(endless, { key: 'bad' }), isTerminal(/did not finish/))
    await run(echo)
    assert.ok(pool.stats.processes > 1)
    await bad
    while (pool.stats.processes > 0) await nextTurn()
  })

  test('stop() rejects all, ends all, and may come twice', async (t) => {
    const { pool, run } = setup(t)
    pool.start()
    await run(echo)
    const pending = [run(endless, { key: 'a' }), run(echo, { key: 'b' })].map((promise) =>
      assert.rejects(promise, /must be running/),
    )
    await Promise.all([pool.stop(), pool.stop()])
    await Promise.all(pending)
    assert.deepEqual(pool.stats, { processes: 0, pending: 0 })
    await assert.rejects(run(echo), /must be running/)
  })

  test('has two processes at least, so that a slow request leaves one', () => {
    assert.throws(
      () => createProcessPool({ what: 'work of a test', worker: codeWorker, maxProcesses: 1 }),
      /^Error: Cannot create pool for work of a test as "maxProcesses" must be at least 2: it is 1$/,
    )
  })
})
