import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { lockFolder } from './folder-lock.ts'

const program = `
  import { lockFolder } from ${JSON.stringify(path.join(import.meta.dirname, 'folder-lock.ts'))}
  process.stdin.once('data', () => lockFolder(process.argv[1]).then(() => console.log('locked'), (error) => console.log(error.message)))
  console.log('ready')
`

async function setup(t: TestContext) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'oih-lock-'))
  const children: ChildProcess[] = []
  t.after(async () => {
    for (const child of children) child.kill('SIGKILL')
    await rm(folder, { recursive: true })
  })
  /** Starts a process that is ready to lock the folder; `lock()` lets it try and resolves to what it says. */
  async function starter() {
    const args = ['--input-type=module', '--eval', program, folder]
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    children.push(child)
    await once(child.stdout, 'data')
    const lock = async () => {
      child.stdin.write('\n')
      return String((await once(child.stdout, 'data'))[0]).trim()
    }
    return { child, lock }
  }
  return { folder, starter }
}

test('lockFolder() refuses a second holder and names the first', async (t) => {
  const { folder, starter } = await setup(t)
  const { child, lock } = await starter()
  assert.equal(await lock(), 'locked')
  await assert.rejects(lockFolder(folder), { code: 'conflict', message: new RegExp(`process ${child.pid} uses it$`) })
})

test('lockFolder() refuses a second holder in the same process until release()', async (t) => {
  const { folder } = await setup(t)
  const first = await lockFolder(folder)
  await assert.rejects(lockFolder(folder), { code: 'conflict' })
  first.release()
  first.release()
  const second = await lockFolder(folder)
  second.release()
})

test('lockFolder() gives the lock of a killed process to exactly one of those who race for it', async (t) => {
  const { starter } = await setup(t)
  const holder = await starter()
  assert.equal(await holder.lock(), 'locked')
  const racers = await Promise.all(Array.from({ length: 4 }, starter))
  holder.child.kill('SIGKILL')
  await once(holder.child, 'exit')
  const answers = await Promise.all(racers.map((racer) => racer.lock()))
  const winner = racers[answers.indexOf('locked')]
  const losers = answers.filter((answer) => answer !== 'locked')
  assert.equal(losers.length, racers.length - 1)
  for (const loser of losers) assert.match(loser, new RegExp(`process ${winner?.child.pid} uses it$`))
})

test('lockFolder() is not held up by the pid of another living process', async (t) => {
  const { folder } = await setup(t)
  await writeFile(path.join(folder, 'hub.pid'), `${process.ppid}\n`)
  const lock = await lockFolder(folder)
  assert.equal(await readFile(path.join(folder, 'hub.pid'), 'utf8'), `${process.pid}\n`)
  lock.release()
})

test('lockFolder() tells when the folder cannot be used', async () => {
  await assert.rejects(lockFolder('/proc/nothing'), { code: 'unavailable', message: /^Cannot lock the data folder/ })
})
