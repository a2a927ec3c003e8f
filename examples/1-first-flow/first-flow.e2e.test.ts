import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

test('1-first-flow brings every GitHub delivery to the target once and shows the trail', () => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [main], { encoding: 'utf8', timeout: 180_000 })
  assert.equal(status, 0, `${stdout}\n${stderr}`)
  assert.match(stdout, /Went in: +329 deliveries, 280 of them about a repository/)
  assert.match(stdout, /Arrived: +280 \(0 missing, 0 doubled, 0 not as mapped\)/)
})
