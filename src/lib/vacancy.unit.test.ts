import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createVacancy } from './vacancy.ts'

test('wait() resolves at once where there are free places', async () => {
  assert.equal(await createVacancy(() => 3).wait(60_000), 3)
})

test('wait() finds all places that become free in one turn', async () => {
  let free = 0
  const vacancy = createVacancy(() => free)
  const waits = Promise.all([vacancy.wait(60_000), vacancy.wait(60_000)])
  vacancy.changed()
  await new Promise(setImmediate)
  free = 1
  vacancy.changed()
  free = 2
  vacancy.changed()
  assert.deepEqual(await waits, [2, 2])
})

test('wait() resolves to 0 when nothing becomes free in time, and is then forgotten', async () => {
  let looks = 0
  const vacancy = createVacancy(() => {
    looks += 1
    return 0
  })
  assert.equal(await vacancy.wait(1), 0)
  vacancy.changed()
  await new Promise(setImmediate)
  assert.equal(looks, 1)
})
