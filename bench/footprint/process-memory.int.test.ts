import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { familyOf, readMemory } from './process-memory.ts'

const onLinux = { skip: process.platform === 'linux' ? false : 'memory is read from /proc' }

test('readMemory() sees what a process takes, and nothing of one that has ended', onLinux, async (t) => {
  const child = spawn(
    process.execPath,
    ['-e', "globalThis.held = Buffer.alloc(100 * 2 ** 20, 1); console.log('held'); process.stdin.resume()"],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  t.after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  const pid = child.pid as number
  const { pss, rss } = readMemory([pid])
  assert.ok(pss > 100 && pss <= rss && rss < 400, `${pss} MiB of ${rss} MiB`)
  child.kill('SIGKILL')
  await once(child, 'close')
  assert.deepEqual(readMemory([pid]), { pss: 0, rss: 0 })
})

test('familyOf() finds descendants, and by the folder who has left its parent', onLinux, async (t) => {
  const folder = `/tmp/of-this-test-${process.pid}`
  const script =
    "require('child_process').spawn('sleep', ['600'], { stdio: 'ignore' }).on('spawn', () => console.log('there')); process.stdin.resume()"
  const parent = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const stranger = spawn(process.execPath, ['-e', "console.log('there'); process.stdin.resume()", folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.after(() => {
    for (const pid of familyOf(parent.pid as number, folder)) process.kill(pid, 'SIGKILL')
  })
  await Promise.all([once(parent.stdout, 'data'), once(stranger.stdout, 'data')])
  const family = familyOf(parent.pid as number, folder)
  assert.equal(family.length, 3)
  assert.ok(family.includes(parent.pid as number) && family.includes(stranger.pid as number))
})
