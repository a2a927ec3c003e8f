import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFairQueue } from './fair-queue.ts'

interface Item {
  key: string
  id: string
}

function setup(ids: string) {
  const queue = createFairQueue<Item>()
  for (const id of ids.split(' ').filter(Boolean)) queue.push({ key: id.slice(0, 1), id })
  const idsOf = (items: Item[]) => items.map((item) => item.id).join(' ')
  return {
    queue,
    fast: (count = 1, share = 9) => idsOf(queue.takeFast(count, share)),
    slow: () => idsOf(queue.takeSlow()),
    idsOf,
  }
}

test('takeFast() gives keys their turns, and each key its items in order', () => {
  const { fast, queue } = setup('a1 a2 a3 b1 c1')
  assert.deepEqual([fast(), fast(), fast(), fast(2), fast()], ['a1', 'b1', 'c1', 'a2 a3', ''])
  assert.equal(queue.size, 0)
})

test('takeFast() passes over a key that has its share out', () => {
  const { fast, queue } = setup('a1 a2 a3 b1')
  assert.deepEqual([fast(1, 1), fast(1, 1), fast(1, 1)], ['a1', 'b1', ''])
  assert.equal(queue.hasFast(1), false)
  queue.release('a')
  assert.equal(fast(1, 1), 'a2')
})

test('takeSlow() gives one item of a key at a time', () => {
  const { fast, slow, queue } = setup('a1 a2 b1 b2')
  queue.rate('a', 'slow')
  assert.equal(queue.isSlow('a'), true)
  assert.deepEqual([slow(), slow(), fast(9)], ['a1', '', 'b1 b2'])
  assert.equal(queue.hasSlow(), false)
  queue.release('a')
  assert.equal(queue.hasSlow(), true)
  queue.rate('a', 'fast')
  assert.deepEqual([slow(), fast()], ['', 'a2'])
})

test('putBack() and remove() keep the order of the rest', () => {
  const { fast, queue, idsOf } = setup('a1 a2 a3')
  const taken = queue.takeFast(2, 9)
  queue.putBack(taken)
  queue.release('a')
  const [, second] = taken
  assert.equal(second && queue.remove(second), true)
  assert.equal(second && queue.remove(second), false)
  assert.equal(queue.waitingOf('a'), 2)
  assert.equal(fast(1), 'a1')
  assert.equal(idsOf(queue.drain()), 'a3')
  assert.equal(queue.size, 0)
})

test('takeFast() gives new keys and those known to be fast their turns', () => {
  const { fast, queue } = setup('a1 b1 c1 d1 k1 k2 k3')
  queue.rate('k', 'fast')
  assert.deepEqual([fast(), fast(), fast(), fast(), fast(), fast(), fast()], ['k1', 'a1', 'k2', 'b1', 'k3', 'c1', 'd1'])
})

test('rate() forgets the oldest beyond 10,000 keys', () => {
  const { queue } = setup('')
  for (let i = 0; i <= 10_000; i++) queue.rate(`k${i}`, 'slow')
  assert.deepEqual([queue.isSlow('k0'), queue.isSlow('k1')], [false, true])
})

test('takeMore() goes on with a fast key as long as no other waits', () => {
  const { queue, idsOf } = setup('k1 k2 k3 k4 k5')
  assert.equal(idsOf(queue.takeFast(1, 9)), 'k1')
  assert.deepEqual(queue.takeMore('k', 2), [])
  queue.rate('k', 'fast')
  assert.equal(idsOf(queue.takeMore('k', 2)), 'k2 k3')
  queue.push({ key: 'a', id: 'a1' })
  assert.deepEqual(queue.takeMore('k', 2), [])
  assert.deepEqual([idsOf(queue.takeFast(9, 9)), idsOf(queue.takeFast(9, 9))], ['a1', 'k4 k5'])
  queue.rate('k', 'slow')
  queue.push({ key: 'k', id: 'k6' })
  assert.deepEqual([queue.takeMore('k', 2), queue.takeMore('none', 2), queue.size], [[], [], 1])
})
