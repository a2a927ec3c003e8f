import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { loadComponents } from '../component/component-registry.ts'
import { type ProcessEnd, startWorkerProcess, type WorkerAnswer } from './worker-process.ts'

const registry = loadComponents(fileURLToPath(new URL('../../../../components', import.meta.url)))

async function setup(t: TestContext, cpuSeconds = 60) {
  const ready = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<ProcessEnd>()
  let onAnswer = (_answer: WorkerAnswer) => {}
  const started = startWorkerProcess({
    memoryMb: 64,
    cpuSeconds,
    outputs: {},
    onReady: ready.resolve,
    onAnswer: (answer) => onAnswer(answer),
    onExit: ended.resolve,
  })
  t.after(() => {
    started.kill()
    return ended.promise
  })
  await ready.promise
  const ask = (module: string, expression = '$') => {
    const { promise, resolve } = Promise.withResolvers<WorkerAnswer>()
    onAnswer = resolve
    started.send([{ module, fields: JSON.stringify({ expression }), message: '{"data":{}}' }])
    return promise
  }
  return { ask, ended: ended.promise }
}

const moduleOf = (body: string) =>
  `data:text/javascript,${encodeURIComponent(`export async function process() { ${body} }`)}`

test('startWorkerProcess() gives the process no environment, no files and no other processes', async (t) => {
  const { ask } = await setup(t)
  // The shell sets a few of its own.
  const environment = await ask(moduleOf('return { data: Object.keys(globalThis.process.env) }'))
  assert.ok('outputs' in environment)
  const names: string[] = JSON.parse(environment.outputs[0] ?? '').data
  assert.deepEqual(
    names.filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name)),
    [],
  )

  const forbidden = [
    `const { readFileSync } = await import('node:fs'); return { data: readFileSync('/etc/passwd', 'utf8') }`,
    `const { writeFileSync } = await import('node:fs'); writeFileSync('/tmp/x', ''); return { data: 1 }`,
    `const { execSync } = await import('node:child_process'); return { data: String(execSync('id')) }`,
    `const { Worker } = await import('node:worker_threads'); new Worker('1', { eval: true }); return { data: 1 }`,
  ]
  for (const body of forbidden) {
    const answer = await ask(moduleOf(body))
    assert.ok('failure' in answer && /restricted/.test(answer.failure), JSON.stringify(answer))
  }
})

test('startWorkerProcess() has the system end a process that nobody ends', async (t) => {
  const { ask, ended } = await setup(t, 1)
  ask(registry.resolve('jsonata').module, '($f := function($x) { $f($x) }; $f(1))')
  assert.equal((await ended).outOfMemory, false)
})
