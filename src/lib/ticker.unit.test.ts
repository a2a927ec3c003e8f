import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { test } from 'node:test'
import { createTicker } from './ticker.ts'

/** A ticker whose ticks end when the test says so. */
function setup(everyMs = 600_000) {
  const open: PromiseWithResolvers<void>[] = []
  let ticks = 0
  const ticker = createTicker({
    everyMs,
    tick() {
      ticks += 1
      const ended = Promise.withResolvers<void>()
      open.push(ended)
      return ended.promise
    },
  })
  async function end(): Promise<void> {
    open.shift()?.resolve()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { ticker, end, ticks: () => ticks }
}

test('start() ticks at once, and once', () => {
  const { ticker, ticks } = setup()
  ticker.start()
  ticker.start()
  assert.equal(ticks(), 1)
})

test('wake() during a tick makes one more, never a second beside it', async () => {
  const { ticker, end, ticks } = setup()
  ticker.wake()
  assert.equal(ticks(), 0)
  ticker.start()
  for (let n = 0; n < 5; n += 1) ticker.wake()
  assert.equal(ticks(), 1)
  await end()
  assert.equal(ticks(), 2)
  await end()
  assert.equal(ticks(), 2)
  ticker.wake()
  assert.equal(ticks(), 3)
  await end()
  await ticker.stop()
})

test('stop() waits for the tick under way, and none follows', async () => {
  const { ticker, end, ticks } = setup()
  ticker.start()
  ticker.wake()
  let stopped = false
  const done = ticker.stop().then(() => {
    stopped = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(stopped, false)
  await end()
  await done
  ticker.wake()
  assert.equal(ticks(), 1)
  await ticker.stop()
})

test('a tick comes by the clock too', async () => {
  const second = Promise.withResolvers<void>()
  let ticks = 0
  const ticker = createTicker({
    everyMs: 1,
    async tick() {
      ticks += 1
      if (ticks === 2) second.resolve()
    },
  })
  ticker.start()
  await second.promise
  await ticker.stop()
})

test('a tick runs in the context of the creator, not of who woke it, and so does what it calls later', async () => {
  const context = new AsyncLocalStorage<string>()
  const seen: (string | undefined)[] = []
  const third = Promise.withResolvers<void>()
  const ticker = context.run('creator', () =>
    createTicker({
      everyMs: 1,
      async tick() {
        seen.push(context.getStore())
        if (seen.length === 3) third.resolve()
      },
    }),
  )
  context.run('starter', () => ticker.start())
  context.run('waker', () => ticker.wake())
  await third.promise
  await ticker.stop()
  assert.deepEqual([...new Set(seen)], ['creator'])
})

test('wake() within the gap waits for its end, and all of them share one tick', async () => {
  const begun: number[] = []
  let told = Promise.withResolvers<void>()
  const ticker = createTicker({
    everyMs: 600_000,
    gapMs: 20,
    async tick() {
      begun.push(performance.now())
      told.resolve()
    },
  })
  ticker.start()
  await told.promise
  told = Promise.withResolvers()
  // Once the tick is over.
  await new Promise(setImmediate)
  for (let n = 0; n < 5; n += 1) ticker.wake()
  await told.promise
  await ticker.stop()
  const [first = 0, second = 0] = begun
  assert.equal(begun.length, 2)
  assert.ok(second - first >= 19, `${second - first} ms`)
})
