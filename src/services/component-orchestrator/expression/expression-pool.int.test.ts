import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { BusyError, TerminalError } from '#lib/errors'
import { loadComponents } from '../component/component-registry.ts'
import { createExpressionPool, type ExpressionPoolOptions } from './expression-pool.ts'

const registry = loadComponents(fileURLToPath(new URL('../../../../components', import.meta.url)))
const endless = '($f := function($x) { $f($x) }; $f(1))'

interface Work {
  readonly component?: string
  readonly data?: unknown
  readonly key?: string
}

function setup(t: TestContext, options: ExpressionPoolOptions = {}) {
  const pool = createExpressionPool(options)
  t.after(() => pool.stop())
  const run = async (expression: string, { component = 'jsonata', data = {}, key = 'k' }: Work = {}) => {
    const { module } = registry.resolve(component)
    const texts = await pool.run({
      key,
      module,
      fields: JSON.stringify({ expression }),
      message: JSON.stringify({ data, metadata: { uid: 'u' } }),
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
      assert.rejects(
        run(expression, { key: expression }),
        isTerminal(/^Evaluation of an expression did not finish within 300 ms$/),
      ),
    )
    await Promise.all([...bad, ...others])
    assert.ok(performance.now() - started < 5_000)
    assert.deepEqual(await run('1'), [1])
  })

  test('what needs too much memory', async (t) => {
    const { run } = setup(t, { deadline: 20_000, memoryMb: 64 })
    for (const bomb of ['$pad("x", 500000000)', '($f := function($a) { $f($append($a, $a)) }; $f([1..1000]))']) {
      const end = isTerminal(/^Evaluation of an expression must get by with 64 MiB of memory$/)
      await assert.rejects(run(bomb, { key: bomb }), end)
    }
    assert.deepEqual(await run('1'), [1])
  })

  test('what calls itself too deeply', async (t) => {
    const { run } = setup(t, { deadline: 10_000 })
    await assert.rejects(run('($f := function($x) { 1 + $f($x) }; $f(1))'), isTerminal(/it calls itself too deeply/))
    assert.deepEqual(await run('1'), [1])
  })
})

test('run() gives a component no environment, no files, no other processes and no code from strings', async (t) => {
  const { pool } = setup(t)
  const runModule = (body: string) => {
    const module = `data:text/javascript,${encodeURIComponent(`export async function process() { ${body} }`)}`
    return pool.run({ key: 'k', module, fields: '{}', message: '{"data":{}}' })
  }
  const [environment] = await runModule('return { data: Object.keys(globalThis.process.env) }')
  // The shell sets a few of its own.
  const names: string[] = JSON.parse(environment ?? '').data
  assert.deepEqual(
    names.filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name)),
    [],
  )
  for (const body of [
    `const { readFileSync } = await import('node:fs'); return { data: readFileSync('/etc/passwd', 'utf8') }`,
    `const { execSync } = await import('node:child_process'); return { data: String(execSync('id')) }`,
  ]) {
    await assert.rejects(runModule(body), isTerminal(/restricted/))
  }
  await assert.rejects(
    runModule(`return { data: new Function('return 1')() }`),
    isTerminal(/Code generation from strings/),
  )
})

test('run() counts messages alone of what may be pending', async (t) => {
  const { run } = setup(t, { maxPendingWeight: 1_000 })
  const long = `"${'x'.repeat(2_000)}"`
  assert.equal((await Promise.all([run(long), run(long)])).length, 2)
  await assert.rejects(Promise.all([run('1', { data: long }), run('1')]), BusyError)
})
