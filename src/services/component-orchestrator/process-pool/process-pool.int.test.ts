import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { TerminalError } from '#lib/errors'
import { loadComponents } from '../component/component-registry.ts'
import { createProcessPool, type ProcessPoolOptions } from './process-pool.ts'

const registry = loadComponents(fileURLToPath(new URL('../../../../components', import.meta.url)))
const endless = '($f := function($x) { $f($x) }; $f(1))'

interface Work {
  readonly component?: string
  readonly data?: unknown
  readonly key?: string
  readonly signal?: AbortSignal
}

function setup(t: TestContext, options: ProcessPoolOptions = {}) {
  const pool = createProcessPool(options)
  t.after(() => pool.stop())
  const run = async (expression: string, { component = 'jsonata', data = {}, key = 'k', signal }: Work = {}) => {
    const { module } = registry.resolve(component)
    const texts = await pool.run({
      key,
      module,
      fields: JSON.stringify({ expression }),
      message: JSON.stringify({ data, metadata: { uid: 'u' } }),
      signal,
    })
    return texts.map((text) => JSON.parse(text).data)
  }
  return { pool, run }
}

const isTerminal = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof TerminalError, String(error))
  assert.match(error.message, pattern)
  return true
}

describe('run()', () => {
  test('gives the results of many evaluations, each to its caller', async (t) => {
    const { run } = setup(t)
    const numbers = Array.from({ length: 500 }, (_, n) => n)
    const results = await Promise.all(numbers.map((n) => run('n * 2', { data: { n }, key: `k${n % 7}` })))
    assert.deepEqual(
      results,
      numbers.map((n) => [n * 2]),
    )
  })

  test('takes any text, line breaks and tabs included, and big messages', async (t) => {
    const { pool, run } = setup(t)
    const data = { text: 'a\n\tb\u2028 ☃ \ud800 "\\', big: 'x'.repeat(3_000_000) }
    assert.deepEqual(await run('$', { data }), [data])
    const { module } = registry.resolve('jsonata')
    const message = JSON.stringify({ data: { n: 1 } }, null, 2)
    assert.deepEqual(await pool.run({ key: 'k', module, fields: '{\n"expression": "$"\n}', message }), [
      '{"data":{"n":1}}',
    ])
  })

  test('tells the fault of an expression with its position', async (t) => {
    const { run } = setup(t)
    await assert.rejects(
      run('1 + "a"'),
      isTerminal(/^Cannot evaluate expression: The right side .* \(at position \d+\)$/),
    )
    await assert.rejects(run('{"a": '), isTerminal(/^Cannot evaluate expression: /))
    await assert.rejects(run('$error("stop")'), isTerminal(/stop/))
  })

  test('refuses functions as a result', async (t) => {
    const { run } = setup(t)
    for (const expression of ['function($x) { $x }', '{"a": [$sum]}', '/x/']) {
      await assert.rejects(run(expression), isTerminal(/^Expression must give JSON: it gives a function$/))
    }
    const data = { text: 'says "_jsonata_lambda": true', _jsonata_lambda: 'no function' }
    assert.deepEqual(await run('$', { data }), [data])
  })

  test('has a limit on results', async (t) => {
    const { run } = setup(t, { maxResultBytes: 1_000, maxOutputs: 10 })
    await assert.rejects(run('$pad("", 2000)'), isTerminal(/at most 1000 bytes/))
    await assert.rejects(run('[1..11]', { component: 'split' }), isTerminal(/at most 10 messages/))
    assert.equal((await run('[1..10]', { component: 'split' })).length, 10)
  })
})

describe('run() ends alone', () => {
  test('what loops or backtracks for ever', async (t) => {
    const { run } = setup(t, { deadline: 300 })
    const backtracking = '$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /^(a+)+$/)'
    const started = performance.now()
    const others = Array.from({ length: 50 }, (_, n) => run('$', { data: n, key: `other${n}` }))
    const bad = [endless, backtracking].map((expression) =>
      assert.rejects(run(expression, { key: expression }), isTerminal(/^Expression did not finish within 300 ms$/)),
    )
    await Promise.all([...bad, ...others])
    assert.ok(performance.now() - started < 5_000)
    assert.deepEqual(await run('1'), [1])
  })

  test('what needs too much memory, at once or bit by bit', async (t) => {
    const { run } = setup(t, { deadline: 20_000, memoryMb: 64 })
    const bombs = [
      '[1..9999999]',
      '$pad("x", 500000000)',
      '($f := function($a) { $f($append($a, $a)) }; $f([1..1000]))',
    ]
    const others = Array.from({ length: 50 }, (_, n) => run('$', { data: n, key: `other${n}` }))
    for (const bomb of bombs) {
      await assert.rejects(run(bomb, { key: bomb }), isTerminal(/^Expression must get by with 64 MiB of memory$/))
    }
    await Promise.all(others)
    assert.deepEqual(await run('1'), [1])
  })

  test('what calls itself too deeply', async (t) => {
    const { run } = setup(t, { deadline: 10_000 })
    await assert.rejects(run('($f := function($x) { 1 + $f($x) }; $f(1))'), isTerminal(/it calls itself too deeply/))
    assert.deepEqual(await run('1'), [1])
  })

  test('in a batch: the mates of an endless evaluation are run again', async (t) => {
    const { run } = setup(t, { deadline: 300 })
    await run('1')
    const mates = Array.from({ length: 6 }, (_, n) => run('$', { data: n }))
    const bad = assert.rejects(run(endless), isTerminal(/did not finish/))
    const more = Array.from({ length: 6 }, (_, n) => run('$', { data: n }))
    await bad
    assert.equal((await Promise.all([...mates, ...more])).length, 12)
  })
})

describe('run() survives', () => {
  test('the end of a process: mates are run again, and an evaluation that ends two is given up', async (t) => {
    const { pool, run } = setup(t)
    await run('1')
    const code = `export async function process() { globalThis.process.kill(globalThis.process.pid, 'SIGKILL') }`
    const deadly = { key: 'k', module: `data:text/javascript,${encodeURIComponent(code)}`, fields: '{}', message: '{}' }
    const before = Array.from({ length: 4 }, (_, n) => run('$', { data: n }))
    const bad = assert.rejects(pool.run(deadly), (error) => {
      assert.ok(!(error instanceof TerminalError))
      assert.match(String(error), /ended unexpectedly/)
      return true
    })
    const after = Array.from({ length: 4 }, (_, n) => run('$', { data: n }))
    await bad
    assert.deepEqual(await Promise.all([...before, ...after]), [[0], [1], [2], [3], [0], [1], [2], [3]])
  })

  test('want of memory in a batch', async (t) => {
    const { run } = setup(t, { deadline: 20_000, memoryMb: 64 })
    await run('1')
    const mates = Array.from({ length: 4 }, (_, n) => run('$', { data: n }))
    const bad = assert.rejects(run('$pad("x", 500000000)'), isTerminal(/64 MiB/))
    const more = Array.from({ length: 4 }, (_, n) => run('$', { data: n }))
    await bad
    assert.equal((await Promise.all([...mates, ...more])).length, 8)
  })
})

// Without fairness these would take minutes.
describe('run() is fair', { timeout: 30_000 }, () => {
  test('a flood of endless evaluations of many keys leaves processes for others', async (t) => {
    const { run } = setup(t, { deadline: 60_000, maxProcesses: 3 })
    const aborter = new AbortController()
    const flood = Array.from({ length: 24 }, (_, n) =>
      assert.rejects(run(endless, { key: `bad${n % 8}`, signal: aborter.signal }), { name: 'AbortError' }),
    )
    for (let n = 0; n < 10; n++) assert.deepEqual(await run('$', { data: n, key: 'good' }), [n])
    aborter.abort()
    await Promise.all(flood)
  })

  test('an evaluation that was ended to make room gets its full time later', async (t) => {
    const { run } = setup(t, { deadline: 60_000, maxProcesses: 2 })
    const long = '($f := function($n) { $n = 0 ? "done" : $f($n - 1) }; $f(60000))'
    const longRuns = [run(long, { key: 'a' }), run(long, { key: 'b' })]
    const quick = Array.from({ length: 20 }, (_, n) => run('$', { data: n, key: `quick${n}` }))
    await Promise.all(quick)
    assert.deepEqual(await Promise.all(longRuns), [['done'], ['done']])
  })
})

describe('the pool', () => {
  test('refuses more than may be pending, as an error to be tried again', async (t) => {
    const { pool, run } = setup(t, { maxPending: 2 })
    const pending = [run('1'), run('2')]
    await assert.rejects(run('3'), (error: Error & { retryAfter?: number }) => {
      assert.ok(!(error instanceof TerminalError))
      assert.equal(error.retryAfter, 1_000)
      return true
    })
    await Promise.all(pending)
    assert.equal(pool.stats.pending, 0)
    assert.deepEqual(await run('3'), [3])
  })

  test('forgets what is aborted', async (t) => {
    const { pool, run } = setup(t)
    const aborter = new AbortController()
    const aborted = assert.rejects(run('1', { signal: aborter.signal }), { name: 'AbortError' })
    await nextTurn()
    aborter.abort()
    await aborted
    assert.equal(pool.stats.pending, 0)
    await assert.rejects(run('1', { signal: aborter.signal }), { name: 'AbortError' })
  })

  test('starts when needed, grows when busy, and shrinks when idle', async (t) => {
    // The deadline is long beside the start of a process on a busy machine: the endless one must not be ended before another is there.
    const { pool, run } = setup(t, { deadline: 4_000, idleTime: 50 })
    assert.equal(pool.stats.processes, 0)
    await run('1')
    assert.equal(pool.stats.processes, 1)
    const bad = assert.rejects(run(endless, { key: 'bad' }), isTerminal(/did not finish/))
    await run('1')
    assert.ok(pool.stats.processes > 1)
    await bad
    while (pool.stats.processes > 0) await nextTurn()
  })

  test('stop() rejects all, ends all, and may come twice', async (t) => {
    const { pool, run } = setup(t)
    pool.start()
    await run('1')
    const pending = [run(endless, { key: 'a' }), run('1', { key: 'b' })].map((promise) =>
      assert.rejects(promise, /must be running/),
    )
    await Promise.all([pool.stop(), pool.stop()])
    await Promise.all(pending)
    assert.deepEqual(pool.stats, { processes: 0, pending: 0 })
    await assert.rejects(run('1'), /must be running/)
  })
})
