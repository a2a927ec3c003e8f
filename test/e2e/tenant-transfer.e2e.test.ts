import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { logIn } from '../support/hub-client.ts'
import { createDataDir, testAdmin } from '../support/hub-process.ts'
import { type OihCommandOptions, startOihCommand } from '../support/oih-command.ts'
import { createTenant, startTestHub } from '../support/test-hub.ts'

/** A hub with a tenant of a role and two users, a folder, and the command `oih tenant` in it. */
async function setup(t: TestContext) {
  const hub = await startTestHub(t)
  const { admin, url } = hub
  const tenant: string = (await admin.expect('POST', '/iam/api/v1/tenants', { name: 'Acme & Söhne' })).id
  const role = { name: 'Clerk', permissions: ['flows.read'], tenant }
  const { id: roleId } = await admin.expect('POST', '/iam/api/v1/roles', role)
  const mona = { username: 'mona', password: 'herring for lunch' }
  await admin.expect('POST', '/iam/api/v1/users', { ...mona, tenant, roles: [roleId] })
  await admin.expect('POST', '/iam/api/v1/users', { username: 'otto', password: 'another for dinner', tenant })
  const folder = await createDataDir()
  t.after(() => folder.remove())
  const cwd = folder.path
  const oih = async (args: string[], options: Partial<OihCommandOptions> & { at?: string } = {}) => {
    const { at = url, ...more } = options
    const command = startOihCommand(t, {
      args: ['tenant', ...args, '--url', at],
      password: testAdmin.password,
      cwd,
      ...more,
    })
    return { code: await command.exited, output: command.output(), printed: command.printed() }
  }
  return { ...hub, tenant, mona, cwd, oih }
}

test('oih tenant moves a tenant to another hub, whose file equals the first', async (t) => {
  const { tenant, mona, cwd, oih } = await setup(t)
  const target = await startTestHub(t)
  const out = await oih(['export', 'Acme & Söhne', '--out', 'acme.json'])
  assert.equal(out.code, 0, out.output)
  assert.match(
    out.output,
    /^Tenant "Acme & Söhne" is exported with 1 role and 2 users: acme.json\n.*keep it as a secret/,
  )
  assert.equal((await stat(join(cwd, 'acme.json'))).mode & 0o777, 0o600)

  const dry = await oih(['import', 'acme.json', '--dry-run'], { at: target.url })
  assert.equal(dry.code, 0, dry.output)
  assert.equal(
    dry.output,
    `Tenant "Acme & Söhne" (${tenant}) can be imported with 1 role and 2 users: nothing was changed\n`,
  )
  assert.equal((await target.admin.call('GET', `/iam/api/v1/tenants/${tenant}`)).status, 404)
  const done = await oih(['import', 'acme.json'], { at: target.url })
  assert.deepEqual(
    [done.code, done.output],
    [0, `Tenant "Acme & Söhne" (${tenant}) is imported with 1 role and 2 users\n`],
  )
  assert.equal((await (await logIn(target.url, mona)).expect('GET', '/iam/api/v1/users/me')).tenant, tenant)

  const back = await oih(['export', tenant.toUpperCase(), '--out', '-'], { at: target.url })
  assert.equal(back.code, 0, back.output)
  assert.equal(back.printed, await readFile(join(cwd, 'acme.json'), 'utf8'))
  assert.match(back.output, /is exported with 1 role and 2 users\n/)
  // Each command has signed out again.
  const { data: logins } = await target.admin.expect('GET', '/iam/api/v1/tokens?meta=true')
  assert.equal(logins.length, ['the administrator', 'mona'].length)
})

test('oih tenant import reads standard input, and names all that is in the way', async (t) => {
  const { oih } = await setup(t)
  const { printed } = await oih(['export', 'Acme & Söhne', '--out', '-'])
  const again = await oih(['import', '-'], { stdin: printed })
  assert.equal(again.code, 1)
  assert.match(again.output, /^Cannot import the tenant as the hub refused it \(409\): \n/)
  assert.equal(again.output.trimEnd().split('\n').length, 1 + 2 + 2 * 2, again.output)
  assert.match(again.output, /^ {2}Field "users\[0\]\.username" must be a name that nobody has here: "mona" is taken$/m)
  assert.doesNotMatch(again.output, /argon2/)
})

test('oih tenant export overwrites nothing without --force, and leaves nothing behind where it fails', async (t) => {
  const { admin, tenant, cwd, oih } = await setup(t)
  const name = `tenant-${tenant}.json`
  await writeFile(join(cwd, name), 'mine')
  await chmod(join(cwd, name), 0o644)
  const refused = await oih(['export', tenant])
  assert.equal(refused.code, 1)
  assert.match(refused.output, /^Cannot write "tenant-\S+" as there is such a file already: .*--force\n$/)
  assert.equal(await readFile(join(cwd, name), 'utf8'), 'mine')
  // No export, no event of one.
  await admin.expect('PATCH', `/iam/api/v1/tenants/${tenant}`, { name: 'Acme' })
  await admin.until(`/audit-log/logs?filter[name]=iam.tenant.modified`, ({ meta }) => meta.total === 1)
  assert.equal((await admin.expect('GET', '/audit-log/logs?filter[name]=iam.tenant.exported')).meta.total, 0)

  for (const more of [[], ['--force']]) {
    const missing = await oih(['export', randomUUID(), ...more, '--out', more.length > 0 ? name : 'new.json'])
    assert.equal(missing.code, 1)
    assert.match(missing.output, /^Cannot export the tenant as the hub refused it \(404\)/)
  }
  assert.deepEqual(await readdir(cwd), [name])
  assert.equal(await readFile(join(cwd, name), 'utf8'), 'mine')

  const forced = await oih(['export', tenant, '--force'])
  assert.equal(forced.code, 0, forced.output)
  assert.equal((await stat(join(cwd, name))).mode & 0o777, 0o600)
  assert.equal(JSON.parse(await readFile(join(cwd, name), 'utf8')).tenant.id, tenant)
  assert.deepEqual(await readdir(cwd), [name])
})

test('oih tenant says what is wrong', async (t) => {
  const { admin, mona, cwd, oih } = await setup(t)
  for (const args of [
    [],
    ['export'],
    ['move', 'x'],
    ['export', 'x', 'y'],
    ['export', 'x', '--dry-run'],
    ['import', 'x', '--out', 'y'],
    ['export', 'x', '--out', ''],
    ['import', '-', '--password-stdin'],
    ['export', 'x', '--quiet'],
  ]) {
    const { code, output } = await oih(args)
    assert.equal(code, 2, `${args}: ${output}`)
    assert.match(output, /Usage: oih tenant export/)
  }
  const help = await oih(['--help'])
  assert.deepEqual([help.code, help.output], [0, help.printed])
  const unknown = await oih(['export', 'Acme'])
  assert.deepEqual(unknown, {
    code: 1,
    output: 'Cannot export the tenant as there must be one named "Acme"\n',
    printed: '',
  })
  const ids = [0, 1].map(() => admin.expect('POST', '/iam/api/v1/tenants', { name: 'Twin' }))
  const twins: { id: string }[] = await Promise.all(ids)
  const twice = await oih(['export', 'Twin'])
  assert.equal(twice.code, 1)
  for (const { id } of twins) assert.match(twice.output, new RegExp(`^  ${id}$`, 'm'))
  const other = await createTenant(admin)
  const own = await oih(['export', other, '--username', mona.username], { password: mona.password })
  assert.equal(own.code, 1)
  assert.match(own.output, /\(403\): .*"iam.tenant.export"/)

  await writeFile(join(cwd, 'no.json'), 'password: hunter2')
  const noJson = await oih(['import', 'no.json'])
  assert.deepEqual([noJson.code, noJson.output], [1, 'Cannot read "no.json": it must be JSON\n'])
  assert.match((await oih(['import', 'none.json'])).output, /^Cannot read "none.json": ENOENT/)
  await writeFile(join(cwd, 'other.json'), '{"format":"other"}')
  assert.match((await oih(['import', 'other.json'])).output, /\(400\): \n {2}.*format/s)
  assert.match((await oih(['export', other, '--out', 'no/such/folder.json'])).output, /^Cannot write "no\/such/)
})
