import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { codeRequest, codeWorker } from '../../../test/support/worker-program.ts'
import type { WorkerAnswer } from './wire-format.ts'
import { type ProcessEnd, startWorkerProcess, type WorkerProgram } from './worker-process.ts'

async function setup(
  t: TestContext,
  { cpuSeconds = 60, ...program }: Partial<WorkerProgram> & { cpuSeconds?: number } = {},
) {
  const ready = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<ProcessEnd>()
  let onAnswer = (_answer: WorkerAnswer) => {}
  const started = startWorkerProcess({
    program: { ...codeWorker, ...program },
    memoryMb: 64,
    cpuSeconds,
    onReady: ready.resolve,
    onAnswer: (answer) => onAnswer(answer),
    onExit: ended.resolve,
  })
  t.after(() => {
    started.kill()
    return ended.promise
  })
  await ready.promise
  const ask = (code: string) => {
    const { promise, resolve } = Promise.withResolvers<WorkerAnswer>()
    onAnswer = resolve
    started.send([codeRequest(code)])
    return promise
  }
  return { ask, ended: ended.promise }
}

test('startWorkerProcess() gives the process no environment, no files and no other processes', async (t) => {
  const { ask } = await setup(t)
  const environment = await ask('return Object.keys(process.env)')
  assert.ok('texts' in environment)
  // The shell sets a few of its own.
  const ofShell = ['PWD', 'OLDPWD', 'SHLVL', '_']
  assert.deepEqual(
    environment.texts.map((text) => JSON.parse(text)).filter((name) => !ofShell.includes(name)),
    [],
  )

  const forbidden = [
    `const { readFileSync } = await import('node:fs'); return [readFileSync('/etc/passwd', 'utf8')]`,
    `const { writeFileSync } = await import('node:fs'); writeFileSync('/tmp/x', ''); return []`,
    `const { execSync } = await import('node:child_process'); return [String(execSync('id'))]`,
    `const { Worker } = await import('node:worker_threads'); new Worker('1', { eval: true }); return []`,
  ]
  for (const body of forbidden) {
    const answer = await ask(body)
    assert.ok('failure' in answer && /restricted/.test(answer.failure), JSON.stringify(answer))
  }
})

test('startWorkerProcess() lets code be made from strings only where its program says so', async (t) => {
  const code = `return [new Function('return 1 + 1')()]`
  const [usual, allowed] = await Promise.all([setup(t), setup(t, { codeGeneration: true })])
  const refused = await usual.ask(code)
  assert.ok('failure' in refused && /Code generation from strings/.test(refused.failure), JSON.stringify(refused))
  assert.deepEqual(await allowed.ask(code), { texts: ['2'] })
})

test('startWorkerProcess() gives the program its arguments', async (t) => {
  const args = ['{"a": "b c"}', '$HOME', '']
  const { ask } = await setup(t, { args })
  assert.deepEqual(await ask('return process.argv.slice(2)'), { texts: args.map((text) => JSON.stringify(text)) })
})

test('startWorkerProcess() has the system end a process that nobody ends', async (t) => {
  const { ask, ended } = await setup(t, { cpuSeconds: 1 })
  ask('for (;;);')
  assert.equal((await ended).outOfMemory, false)
})

test('startWorkerProcess() ends a process whose output is no answer', { timeout: 30_000 }, async (t) => {
  for (const output of ['some log', 'failed\tno JSON', '']) {
    const { ask, ended } = await setup(t)
    ask(`process.stdout.write(${JSON.stringify(`${output}\n`)}); await new Promise(() => {})`)
    assert.equal((await ended).outOfMemory, false)
  }
})
