import assert from 'node:assert/strict'
import { chmod, chown, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { chooseSocketFolder, prepareSocketFolder } from './postgres-socket.ts'
import { choosePostgresUser } from './postgres-user.ts'

async function setup(t: TestContext) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'oih-socket-'))
  t.after(() => rm(folder, { recursive: true }))
  return { folder, target: path.join(folder, 'socket'), user: await choosePostgresUser(undefined, 'self') }
}

test('chooseSocketFolder() stays in the data folder while the path fits', () => {
  assert.equal(chooseSocketFolder('/data'), '/data/socket')
  // 107 bytes, on macOS 103, less "/socket/.s.PGSQL.5432".
  const longest = `/${'x'.repeat(process.platform === 'darwin' ? 81 : 85)}`
  assert.equal(chooseSocketFolder(longest, '/tmp'), `${longest}/socket`)
  assert.match(chooseSocketFolder(`${longest}x`, '/tmp'), /^\/tmp\/oih-[0-9a-f]{16}$/)
  assert.match(chooseSocketFolder(`/${'ü'.repeat(50)}`, '/tmp'), /^\/tmp\/oih-[0-9a-f]{16}$/)
})

test('chooseSocketFolder() gives each data folder a folder of its own', () => {
  const long = `/${'x'.repeat(200)}`
  assert.notEqual(chooseSocketFolder(`${long}/a`), chooseSocketFolder(`${long}/b`))
})

test('prepareSocketFolder() creates the folder for its user alone and removes what was left', async (t) => {
  const { target, user } = await setup(t)
  await mkdir(target)
  await chmod(target, 0o755)
  await writeFile(path.join(target, '.s.PGSQL.5432.lock'), '1\n')
  await prepareSocketFolder(target, user)
  assert.equal((await stat(target)).mode & 0o777, 0o700)
  await assert.rejects(stat(path.join(target, '.s.PGSQL.5432.lock')), { code: 'ENOENT' })
})

test('prepareSocketFolder() refuses a symbolic link', async (t) => {
  const { folder, target, user } = await setup(t)
  await mkdir(path.join(folder, 'elsewhere'))
  await symlink('elsewhere', target)
  await assert.rejects(prepareSocketFolder(target, user), { code: 'unavailable', message: /no link/ })
})

test('prepareSocketFolder() refuses the folder of another user', { skip: process.getuid?.() !== 0 }, async (t) => {
  const { target, user } = await setup(t)
  await mkdir(target)
  await chown(target, 12_345, 12_345)
  await assert.rejects(prepareSocketFolder(target, user), { code: 'unavailable' })
})
