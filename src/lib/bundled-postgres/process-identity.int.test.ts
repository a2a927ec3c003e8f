import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { inspectProcess, signalProcess, waitForEnd } from './process-identity.ts'

async function setup(t: TestContext, command = 'exec sleep 1000') {
  const child = spawn('sh', ['-c', `echo ready; ${command}`], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  const [output] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, pid: Number(child.pid), output: String(output) }
}

async function facts(pid: number) {
  const found = await inspectProcess(pid)
  assert.ok(found)
  return found
}

test('inspectProcess() tells the same start of one process each time, and another of another', async (t) => {
  const { pid } = await setup(t)
  assert.equal((await facts(pid)).startMark, (await facts(pid)).startMark)
  assert.notEqual((await facts(pid)).startMark, (await facts(1)).startMark)
})

test('inspectProcess() gives nothing for pids that no process has', async () => {
  for (const pid of [0, -1, 1.5, Number.NaN, 2 ** 31 - 1]) assert.equal(await inspectProcess(pid), undefined)
})

test('inspectProcess() takes a zombie for no process', { skip: process.platform !== 'linux' }, async (t) => {
  // The child is never waited for, as the shell has become another program by the time it ends; a shell would clear it away.
  const { output, child } = await setup(t, 'sleep 0.2 & echo $!; exec sleep 1000')
  const rest = output.includes('\n', 6) ? output : output + String((await once(child.stdout, 'data'))[0])
  const zombie = Number(rest.trim().split('\n')[1])
  process.kill(zombie, 0)
  while (await inspectProcess(zombie)) await new Promise(setImmediate)
  process.kill(zombie, 0)
})

test('waitForEnd() resolves to true when the process ends, to false at the deadline', async (t) => {
  const { pid, child } = await setup(t)
  const found = await facts(pid)
  assert.equal(await waitForEnd(found, 1), false)
  child.kill('SIGKILL')
  assert.equal(await waitForEnd(found, 10_000), true)
})

test('signalProcess() spares a process that has got the pid of another', async (t) => {
  const { pid, child } = await setup(t)
  const found = await facts(pid)
  assert.equal(await signalProcess({ ...found, startMark: 'earlier' }, 'SIGKILL'), false)
  assert.equal(await signalProcess(found, 'SIGTERM'), true)
  const [, signal] = await once(child, 'exit')
  assert.equal(signal, 'SIGTERM')
  assert.equal(await signalProcess(found, 'SIGTERM'), false)
})
