import assert from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createDatabase } from '#lib/postgres'
import { sealedTables } from '../../src/hub/sealed-tables.ts'
import { logIn } from '../support/hub-client.ts'
import { createDataDir, startHubProcess, testAdmin } from '../support/hub-process.ts'
import { startOihCommand } from '../support/oih-command.ts'
import { createTestDatabase } from '../support/postgres.ts'
import { createMember, createTenant } from '../support/test-hub.ts'

/** A database, a data folder, and hubs on them that keep their master key in the folder. */
async function setup(t: TestContext) {
  const cleanups: (() => unknown)[] = []
  t.after(async () => {
    for (const clean of cleanups.toReversed()) await clean()
  })
  const after = (clean: () => unknown) => void cleanups.push(clean)
  const { url, asSuperuser } = await createTestDatabase({ after } as TestContext)
  const superuser = createDatabase({ url, poolSize: 2 })
  after(() => superuser.close())
  const folder = await createDataDir()
  after(() => folder.remove())
  const start = async () => {
    const hub = await startHubProcess({
      dataDir: folder.path,
      env: { OIH_DATABASE_URL: url, OIH_LOG_LEVEL: 'warn' },
    })
    after(() => hub.stop())
    return { ...hub, admin: await logIn(hub.url, testAdmin) }
  }
  const oih = async (hub: string, ...args: string[]) => {
    const command = startOihCommand(t, { args: ['secrets', ...args, '--url', hub], password: testAdmin.password })
    return { code: await command.exited, output: command.output(), printed: command.printed() }
  }
  return { superuser, asSuperuser, folder: folder.path, start, oih, after }
}

type Hub = Awaited<ReturnType<Awaited<ReturnType<typeof setup>>['start']>>

/** Something sealed of every kind but what an OpenID sign-in leaves. */
async function fill({ url, admin }: Hub) {
  const tenant = await createTenant(admin)
  await admin.expect('POST', `/iam/api/v1/tenants/${tenant}/key`, { value: 'the key of the tenant' })
  await createMember({ url, admin }, tenant, { role: 'USER' })
  await admin.expect('POST', '/iam/api/v1/signing-keys', {})
  await admin.until('/audit-log/logs?filter[name]=iam.signingKey.created', (page) => page.data.length > 0)
  return tenant
}

/** That all of it is still read. */
async function assertReadable({ url, admin }: Hub, tenant: string) {
  assert.deepEqual(await admin.expect('GET', `/iam/api/v1/tenants/${tenant}/key`), { key: 'the key of the tenant' })
  const { data } = await admin.expect('GET', '/audit-log/logs?filter[name]=iam.user.created')
  assert.ok(data.length > 0)
  for (const entry of data) assert.equal(entry.erased, undefined, JSON.stringify(entry))
  // The provider opens its signing key with its first request.
  assert.equal((await fetch(`${url}/iam/op/.well-known/openid-configuration`)).status, 200)
}

async function assertUnder(database: Awaited<ReturnType<typeof setup>>['superuser'], id: string) {
  for (const { table, column } of sealedTables) {
    const rows = await database.query<{ sealed: Buffer }>(`select ${column} as sealed from ${table}`)
    for (const { sealed } of rows) assert.equal(sealed.toString('hex', 0, 8), id, table)
  }
}

test('oih secrets rotate-master-key: all is sealed under a new key of the data folder, and still read', async (t) => {
  const { superuser, folder, start, oih } = await setup(t)
  const hub = await start()
  const tenant = await fill(hub)
  const file = join(folder, 'master-key')
  const before = await readFile(file, 'utf8')
  const { code, output } = await oih(hub.url, 'rotate-master-key')
  assert.equal(code, 0, output)
  const { keys, left } = await hub.admin.expect('GET', '/master-key')
  const current = keys.find(({ state }: { state: string }) => state === 'current').id
  const former = keys.find(({ state }: { state: string }) => state === 'retired').id
  assert.equal(left, 0)
  assert.match(
    output,
    new RegExp(`The master key is rotated: it is "${current}" now\n(.|\n)*"master-key.retired-${former}"`),
  )
  await assertUnder(superuser, current)
  await assertReadable(hub, tenant)
  // Both are there for a moment longer.
  while ((await readFile(file, 'utf8')).split('\n').length > 2) await sleep(20)
  const aside = join(folder, `master-key.retired-${former}`)
  assert.equal(await readFile(aside, 'utf8'), before)
  assert.equal((await stat(aside)).mode & 0o777, 0o600)
  assert.doesNotMatch(`${output}${hub.output()}`, new RegExp(before.trim().replaceAll(/[+/]/g, '\\$&')))

  await hub.stop()
  const again = await start()
  await assertReadable(again, tenant)
  const second = await oih(again.url, 'rotate-master-key', '--json')
  assert.equal(second.code, 0, second.output)
  const said = JSON.parse(second.printed)
  assert.deepEqual({ ...said, current: '' }, { current: '', former: current, source: 'file' })
  await assertUnder(superuser, said.current)
  await assertReadable(again, tenant)
})

test('a hub killed while it seals anew goes on with the next start', async (t) => {
  const { superuser, folder, start, after } = await setup(t)
  const hub = await start()
  const tenant = await fill(hub)
  const [held, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  after(go.resolve)
  const holder = superuser.transaction(async (tx) => {
    // One row that it cannot come to.
    await tx.query('select from iam.tenant_key for update')
    held.resolve()
    await go.promise
  })
  await held.promise
  await hub.admin.expect('POST', '/master-key/rotations')
  const { keys } = await hub.admin.until('/master-key', ({ left }) => left === 1)
  const current = keys.find(({ state }: { state: string }) => state === 'current').id
  await hub.kill()
  go.resolve()
  await holder
  assert.equal((await readFile(join(folder, 'master-key'), 'utf8')).trim().split('\n').length, 2)

  const next = await start()
  const isOver = (body: { left: number; keys: { state: string }[] }) =>
    body.left === 0 && body.keys.every(({ state }) => state !== 'retiring')
  await next.admin.until('/master-key', isOver)
  await assertUnder(superuser, current)
  await assertReadable(next, tenant)
  while ((await readFile(join(folder, 'master-key'), 'utf8')).trim().includes('\n')) await sleep(20)
  assert.equal((await readdir(folder)).filter((name) => name.startsWith('master-key.retired-')).length, 1)
})

test('oih secrets says what is wrong with its arguments, and who may not', async (t) => {
  const { start, oih } = await setup(t)
  const hub = await start()
  for (const args of [[], ['rotate'], ['rotate-master-key', 'now'], ['rotate-master-key', '--force']]) {
    const { code, output } = await oih(hub.url, ...args)
    assert.equal(code, 2, output)
    assert.match(output, /Usage: oih secrets rotate-master-key/)
  }
  const tenant = await createTenant(hub.admin)
  const boss = await createMember(hub, tenant, { role: 'TENANT_ADMIN' })
  assert.equal((await boss.call('POST', '/master-key/rotations')).status, 403)
  assert.equal((await boss.call('GET', '/master-key')).status, 403)
  assert.equal((await hub.admin.expect('GET', '/master-key')).keys.length, 1)
})

test('every column with something sealed under the master key is among those that a rotation seals anew', async (t) => {
  const { asSuperuser, start } = await setup(t)
  await start()
  const columns = await asSuperuser(
    `select format('%s.%s.%s', table_schema, table_name, column_name) as name from information_schema.columns
      where column_name in ('sealed', 'wrapped') and data_type = 'bytea' order by 1`,
  )
  assert.deepEqual(
    sealedTables.map(({ table, column }) => `${table}.${column}`).toSorted(),
    columns.map(({ name }) => name),
  )
})
