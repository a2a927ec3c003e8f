import assert from 'node:assert/strict'
import { once } from 'node:events'
import { rename } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createDataDir, startHubProcess } from '../support/hub-process.ts'

async function setup(t: TestContext) {
  const folder = await createDataDir()
  t.after(() => folder.remove())
  return folder.path
}

test('a hub with another master key than its database was begun with refuses to start', async (t) => {
  const dataDir = await setup(t)
  const first = await startHubProcess({ dataDir })
  assert.equal(await first.stop(), 0)
  await rename(join(dataDir, 'master-key'), join(dataDir, 'kept'))
  await assert.rejects(startHubProcess({ dataDir }), /ended with 1 .*the master key must be the one/s)
  await rename(join(dataDir, 'kept'), join(dataDir, 'master-key'))
  const again = await startHubProcess({ dataDir })
  assert.equal(await again.stop(), 0)
})

test('a hub that cannot start says why, stops its PostgreSQL and ends', async (t) => {
  const dataDir = await setup(t)
  await assert.rejects(
    startHubProcess({ dataDir, args: ['--services', 'audit-log'] }),
    /ended with 1 .*OIH_HUB_URL must say where/s,
  )
  const holder = createServer().listen(0, '127.0.0.1')
  t.after(() => holder.close())
  await once(holder, 'listening')
  const { port } = holder.address() as { port: number }
  await assert.rejects(startHubProcess({ dataDir, env: { OIH_PORT: String(port) } }), /another process has the port/)
  const env = { OIH_MASTER_KEY: 'abc', OIH_ADMIN_PASSWORD: 'short', OIH_PROT: '1' }
  await assert.rejects(startHubProcess({ dataDir, env }), (error: Error) => {
    for (const name of ['OIH_MASTER_KEY', 'OIH_ADMIN_PASSWORD', 'OIH_PROT'])
      assert.match(error.message, new RegExp(name))
    assert.doesNotMatch(error.message, /abc|short/)
    return true
  })
})

test('a hub that is asked to end while it starts ends with 0, and the next start succeeds', async (t) => {
  const dataDir = await setup(t)
  const ending = startHubProcess({
    dataDir,
    onSpawn(child) {
      child.stdout?.once('data', () => child.kill('SIGTERM'))
    },
  })
  await assert.rejects(ending, /ended with 0 before it was ready/)
  const hub = await startHubProcess({ dataDir })
  assert.equal(await hub.stop(), 0)
})
