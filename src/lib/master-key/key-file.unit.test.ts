import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { keysOfFile } from './key-file.ts'
import { keySource } from './key-source.ts'

async function setup(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'oih-keys-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'master-key')
  const source = keysOfFile(file)
  return { folder, file, source, ids: async () => (await source.read()).map(({ id }) => id) }
}

test('a file has no keys before one is added, then one a line, for the owner alone', async (t) => {
  const { folder, file, source, ids } = await setup(t)
  assert.deepEqual(await ids(), [])
  assert.deepEqual(await readdir(folder), [])
  await source.add()
  const [first] = await ids()
  await source.add()
  const both = await ids()
  assert.equal(both.length, 2)
  assert.equal(both[0], first)
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.match(await readFile(file, 'utf8'), /^[A-Za-z0-9+/]{43}=\n[A-Za-z0-9+/]{43}=\n$/)
  assert.deepEqual(await readdir(folder), ['master-key'])
})

test('a key that is put aside lies beside the file as it stood there, however often that is asked for', async (t) => {
  const { folder, file, source, ids } = await setup(t)
  await source.add()
  await source.add()
  const [text] = (await readFile(file, 'utf8')).split('\n')
  const [former, current] = await ids()
  for (const _ of [1, 2]) await source.setAside(former ?? '')
  assert.deepEqual(await ids(), [current])
  const aside = join(folder, `master-key.retired-${former}`)
  assert.equal(await readFile(aside, 'utf8'), `${text}\n`)
  assert.equal((await stat(aside)).mode & 0o777, 0o600)
})

test('two processes that make the first key at once end up with one', async (t) => {
  const { file, ids } = await setup(t)
  await Promise.all([1, 2, 3, 4].map(() => keysOfFile(file).add()))
  assert.equal((await ids()).length, 1)
})

test('a file that holds something else, or nothing, is refused, and stays as it is', async (t) => {
  const { file, source } = await setup(t)
  for (const content of ['', '\n', 'no key\n', `${'ab'.repeat(32)}\nno key\n`]) {
    await writeFile(file, content)
    for (const work of [source.read, source.add, () => source.setAside('x')])
      await assert.rejects(work(), /"[^"]*master-key" must hold 32 bytes/, JSON.stringify(content))
    assert.equal(await readFile(file, 'utf8'), content)
  }
})

test('the environment counts before the file, and former keys need one of now', async () => {
  const [a, b] = ['aa'.repeat(32), 'bb'.repeat(32)]
  const source = keySource({ current: a, former: [b, a], file: '/nowhere' })
  assert.equal((await source.read()).length, 2)
  assert.equal(await source.add(), false)
  assert.throws(() => keySource({ former: [b], file: '/nowhere' }), /OIH_MASTER_KEY must be set with it/)
})
