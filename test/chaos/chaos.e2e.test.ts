import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDataDir } from '../support/hub-process.ts'
import { runChaos } from './rounds.ts'

test('a hub that is killed 20 times loses nothing it acknowledged and doubles nothing', async (t) => {
  const folder = await createDataDir()
  const seed = Math.floor(Math.random() * 1e9)
  t.diagnostic(`seed ${seed}`)
  const faults = await runChaos({ rounds: 20, seed, dataDir: folder.path, say: (text) => t.diagnostic(text) })
  assert.deepEqual(faults, [])
  await folder.remove()
})
