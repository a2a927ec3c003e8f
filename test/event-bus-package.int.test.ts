import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createTestDatabase } from './support/postgres.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** A service in a repository of its own, as its author would write it. */
const SERVICE = `
import {
  APP_ROLE, createDatabase, createEventBus, createMembership, eventBusMigrations, migrate,
} from 'open-integration-hub/event-bus'

type Payloads = { 'billing.invoice.created': { readonly id: string; readonly amount: number } }

const url = process.argv[2] as string
await migrate({ url, migrations: [eventBusMigrations] })
const db = createDatabase({ url, role: APP_ROLE })
const membership = createMembership({ db })
await membership.start()
const bus = createEventBus<Payloads>({ db, membership })
const billing = bus.service('billing')
const heard = Promise.withResolvers<number>()
billing.subscribe('ledger', { names: 'billing.#' }, (event) => {
  if (event.name === 'billing.invoice.created') heard.resolve(event.payload.amount)
})
await bus.start()
await db.transaction((tx) => billing.publish(tx, { name: 'billing.invoice.created', payload: { id: 'i1', amount: 7 } }))
console.log('heard', await heard.promise)
// @ts-expect-error: the payload must fit the name
const wrong = () => db.transaction((tx) => billing.publish(tx, { name: 'billing.invoice.created', payload: { id: 'i1' } }))
await bus.stop()
await membership.stop()
await db.close()
export { wrong }
`

const CONFIG = {
  compilerOptions: {
    target: 'es2024',
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    types: ['node'],
    skipLibCheck: false,
    outDir: 'out',
  },
  files: ['service.ts'],
}

/** A repository with the packed package installed, its dependencies linked from ours so that nothing is fetched. */
async function setup(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'oih-service-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const env = { ...process.env, npm_config_loglevel: 'error' }
  execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: root, env, stdio: ['ignore', 'ignore', 'pipe'] })
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const home = join(folder, 'node_modules', 'open-integration-hub')
  await mkdir(home, { recursive: true })
  const tarball = join(folder, `open-integration-hub-${version}.tgz`)
  execFileSync('tar', ['-xzf', tarball, '-C', home, '--strip-components=1'])
  await mkdir(join(folder, 'node_modules', '@types'))
  for (const name of ['pg', 'pg-protocol', 'pg-types', 'uuid', '@types/node', '@types/pg', 'undici-types']) {
    await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'billing', type: 'module' }))
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(CONFIG))
  await writeFile(join(folder, 'service.ts'), SERVICE)
  return folder
}

test('the packed event bus serves a service in its own repository, types included', async (t) => {
  const folder = await setup(t)
  const { url } = await createTestDatabase(t)
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  execFileSync(process.execPath, [tsc, '-p', '.'], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] })
  const output = execFileSync(process.execPath, ['out/service.js', url], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 30_000,
  })
  assert.match(output, /^heard 7$/m)
})
