import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  boolean,
  ConfigError,
  choice,
  cidrs,
  configTable,
  defineConfig,
  duration,
  integer,
  list,
  origin,
  readConfig,
  secret,
  text,
  url,
} from './config.ts'

const http = defineConfig({
  port: integer('OIH_PORT', { default: 3000, min: 0, max: 65535, about: 'Port of the server' }),
  host: text('OIH_HOST', { about: 'Address of the server' }),
  docs: boolean('OIH_DOCS', { default: true, about: 'Whether the documentation is served' }),
  trustProxy: cidrs('OIH_TRUST_PROXY', { default: [], about: 'Whose forwarding headers count' }),
})
const hub = defineConfig({
  level: choice('OIH_LOG_LEVEL', ['debug', 'info'], { default: 'info', about: 'What is logged' }),
  services: list('OIH_SERVICES', { choices: ['iam', 'audit-log'], default: ['iam'], about: 'What runs' }),
  masterKey: secret('OIH_MASTER_KEY', { about: 'Wraps the data keys' }),
  database: url('OIH_DATABASE_URL', { secret: true, protocols: ['postgres'], about: 'The database' }),
  publicUrl: origin('OIH_PUBLIC_URL', { about: 'Where the hub is reached' }),
  lease: duration('OIH_LEASE', { default: 30_000, min: 1000, about: 'How long a lease holds' }),
})
const tables = { http, hub }

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(tables, env)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.problems
  }
  return []
}

test('readConfig() gives defaults with precise types, and treats empty as unset', () => {
  const config = readConfig(tables, { OIH_PORT: '', PATH: '/bin' })
  const port: number = config.http.port
  const host: string | undefined = config.http.host
  const level: 'debug' | 'info' = config.hub.level
  const services: readonly ('iam' | 'audit-log')[] = config.hub.services
  assert.deepEqual([port, host, level, services], [3000, undefined, 'info', ['iam']])
  // @ts-expect-error a setting without default may be absent
  const key: string = config.hub.masterKey
  assert.equal(key, undefined)
  assert.ok(Object.isFrozen(config) && Object.isFrozen(config.http))
})

test('readConfig() reads every kind', () => {
  const config = readConfig(tables, {
    OIH_PORT: '0',
    OIH_DOCS: 'Off',
    OIH_TRUST_PROXY: '10.0.0.0/8, ::1,192.168.1.1',
    OIH_SERVICES: 'iam,,audit-log ',
    OIH_DATABASE_URL: 'postgres://u:p@h/db',
    OIH_PUBLIC_URL: 'HTTPS://Hub.Example.org:443/',
    OIH_LEASE: '5m',
  })
  assert.deepEqual(config.http, {
    port: 0,
    host: undefined,
    docs: false,
    trustProxy: ['10.0.0.0/8', '::1/128', '192.168.1.1/32'],
  })
  assert.deepEqual(config.hub.services, ['iam', 'audit-log'])
  assert.equal(config.hub.lease, 300_000)
  assert.equal(config.hub.database, 'postgres://u:p@h/db')
  assert.equal(config.hub.publicUrl, 'https://hub.example.org')
})

test('readConfig() reports all problems at once, and never a secret', () => {
  const problems = problemsOf({
    OIH_PORT: '70000',
    OIH_DOCS: 'maybe',
    OIH_TRUST_PROXY: '010.0.0.1',
    OIH_LOG_LEVEL: 'loud',
    OIH_SERVICES: 'iam,dance',
    OIH_DATABASE_URL: 'mysql://root:hunter2@h/db',
    OIH_LEASE: '1ms',
    OIH_PROT: '1',
    OIH_SOMETHING_ELSE_ENTIRELY: '1',
    OIH_MASTER_KEY: 'hunter2',
    OIH_MASTER_KEY_FILE: '/nowhere',
  })
  assert.equal(problems.length, 10)
  const all = problems.join('\n')
  assert.match(all, /OIH_PORT must be a whole number from 0 to 65535: got "70000"/)
  assert.match(all, /OIH_LOG_LEVEL must be one of "debug", "info": got "loud"/)
  assert.match(all, /Unknown variable OIH_PROT: did you mean OIH_PORT\?/)
  assert.match(all, /Unknown variable OIH_SOMETHING_ELSE_ENTIRELY$/m)
  assert.match(all, /Only one of OIH_MASTER_KEY and OIH_MASTER_KEY_FILE may be set/)
  assert.match(all, /OIH_DATABASE_URL does not have the required form/)
  assert.doesNotMatch(all, /hunter2/)
})

for (const [name, value] of [
  ['OIH_PORT', '1e3'],
  ['OIH_PORT', '0x10'],
  ['OIH_PORT', '80 '],
  ['OIH_TRUST_PROXY', '10.0.0.0/33'],
  ['OIH_TRUST_PROXY', '10.0.0.0/8/8'],
  ['OIH_TRUST_PROXY', '10.1'],
  ['OIH_TRUST_PROXY', '::/129'],
  ['OIH_TRUST_PROXY', '10.0.0.0/'],
  ['OIH_LEASE', '5'],
  ['OIH_LEASE', '-5s'],
  ['OIH_DATABASE_URL', 'postgres'],
  ['OIH_PUBLIC_URL', 'hub.example.org'],
  ['OIH_PUBLIC_URL', 'https://hub.example.org/path'],
  ['OIH_PUBLIC_URL', 'https://hub.example.org?x'],
  ['OIH_PUBLIC_URL', 'https://user@hub.example.org'],
  ['OIH_PUBLIC_URL', 'ftp://hub.example.org'],
] as const) {
  test(`readConfig() refuses ${name}=${value}`, () => assert.equal(problemsOf({ [name]: value }).length, 1))
}

test('readConfig() reads a secret from its file, without the last line break', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'config-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'key'), 'two\nlines\n')
  writeFileSync(join(folder, 'empty'), '\n')
  const read = (name: string) => readConfig(tables, { OIH_MASTER_KEY_FILE: join(folder, name) }).hub.masterKey
  assert.equal(read('key'), 'two\nlines')
  assert.throws(() => read('empty'), /must not be empty/)
  assert.throws(() => read('missing'), /Cannot read the file of OIH_MASTER_KEY_FILE: ENOENT/)
  assert.deepEqual(problemsOf({ OIH_PORT_FILE: '/etc/hostname' }), [
    'Unknown variable OIH_PORT_FILE: only secrets can come from a file, and OIH_PORT is none',
  ])
})

test('readConfig() demands what is required', () => {
  const needed = defineConfig({ url: url('OIH_HUB_URL', { required: true, about: 'Where the hub is' }) })
  assert.throws(() => readConfig({ needed }, {}), /OIH_HUB_URL must be set: Where the hub is/)
  const address: string = readConfig({ needed }, { OIH_HUB_URL: 'http://h' }).needed.url
  assert.equal(address, 'http://h')
})

test('configTable() shows defaults as they would be written, by name, and refuses a variable defined twice', () => {
  const rows = configTable(tables)
  assert.deepEqual(
    rows.map(({ name, default: value, secret }) => [name, value, secret]),
    [
      ['OIH_DATABASE_URL', '', true],
      ['OIH_DOCS', 'true', false],
      ['OIH_HOST', '', false],
      ['OIH_LEASE', '30s', false],
      ['OIH_LOG_LEVEL', 'info', false],
      ['OIH_MASTER_KEY', '', true],
      ['OIH_PORT', '3000', false],
      ['OIH_PUBLIC_URL', '', false],
      ['OIH_SERVICES', 'iam', false],
      ['OIH_TRUST_PROXY', '', false],
    ],
  )
  const again = defineConfig({ port: integer('OIH_PORT', { about: 'Once more' }) })
  assert.throws(() => configTable({ http, again }), /Cannot define setting "OIH_PORT" twice/)
  assert.throws(() => text('PORT', { about: '' }), /Cannot define setting "PORT"/)
})
