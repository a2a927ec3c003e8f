import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLifecycle, type Part } from './lifecycle.ts'
import { createLogger } from './logger.ts'

function setup() {
  const calls: string[] = []
  const lifecycle = createLifecycle(createLogger({ level: 'silent' }))
  const part = (name: string, more: Partial<Part> = {}): Part => ({
    name,
    start: () => void calls.push(`start ${name}`),
    stop: async () => void calls.push(`stop ${name}`),
    ...more,
  })
  return { calls, lifecycle, part }
}

test('createLifecycle() starts in order and stops in reverse, each once', async () => {
  const { calls, lifecycle, part } = setup()
  lifecycle.add(part('a')).add({ name: 'none' }).add(part('b'))
  await Promise.all([lifecycle.start(), lifecycle.start()])
  assert.deepEqual(await lifecycle.stop(), { failed: [] })
  await lifecycle.stop()
  assert.deepEqual(calls, ['start a', 'start b', 'stop b', 'stop a'])
  assert.throws(() => lifecycle.add(part('c')), /Cannot add part "c"/)
})

test('createLifecycle() stops what was started when a part fails to start', async () => {
  const { calls, lifecycle, part } = setup()
  const failing = part('b', {
    start: () => {
      throw new Error('no')
    },
  })
  lifecycle.add(part('a')).add(failing).add(part('c'))
  await assert.rejects(lifecycle.start(), /^Error: no$/)
  assert.deepEqual(calls, ['start a', 'stop b', 'stop a'])
  assert.deepEqual(await lifecycle.stop(), { failed: [] })
})

test('createLifecycle() reports parts that fail to stop or hang, and stops the others', async () => {
  const { calls, lifecycle, part } = setup()
  lifecycle.add(part('a'))
  lifecycle.add(part('fails', { stop: async () => Promise.reject(new Error('stuck')) }))
  lifecycle.add(part('hangs', { stop: () => new Promise(() => {}), stopDeadline: 10 }))
  await lifecycle.start()
  const { failed } = await lifecycle.stop()
  assert.deepEqual(failed, [
    { name: 'hangs', reason: 'Stopping "hangs" must end within 10 ms: it is still running' },
    { name: 'fails', reason: 'stuck' },
  ])
  assert.equal(calls.at(-1), 'stop a')
})

test('createLifecycle() stopped while it starts begins no further part', async () => {
  const { calls, lifecycle, part } = setup()
  const { promise, resolve } = Promise.withResolvers<void>()
  lifecycle.add(part('a', { start: () => promise })).add(part('b'))
  const starting = lifecycle.start()
  const stopping = lifecycle.stop()
  resolve()
  await assert.rejects(starting, /Cannot start "b" as the process is stopping/)
  await stopping
  assert.deepEqual(calls, ['stop a'])
})

test('createLifecycle() gives up on a start that hangs, and stops before any start at once', async () => {
  const { lifecycle, part } = setup()
  lifecycle.add(part('slow', { start: () => new Promise(() => {}), startDeadline: 10 }))
  await assert.rejects(lifecycle.start(), /Starting "slow" must end within 10 ms/)
  assert.deepEqual(await setup().lifecycle.stop(), { failed: [] })
})
