import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createProcessPool, type ProcessPoolOptions } from '#lib/process-pool/process-pool'
import type { SchemaChecks } from './checks.ts'

/** Checks that are done in processes of their own, and these processes. */
export interface ProcessChecks extends SchemaChecks {
  start(): void
  /** Rejects what waits or runs; resolves when all processes have ended. */
  stop(): Promise<void>
}

/** Comparing two large schemas takes a second, and nobody waits longer for an answer than for this. */
const DEADLINE_MS = 5_000
const MEMORY_MB = 512

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const file = fileURLToPath(new URL('./checking-worker.ts', import.meta.url))
const packages = [
  'ajv',
  'ajv-draft-04',
  'ajv-formats',
  'fast-deep-equal',
  'fast-uri',
  'json-schema-traverse',
  'refa',
  '@eslint-community/regexpp',
]
const { resolve } = createRequire(import.meta.url)
const readable = [`${root}package.json`, `${root}src/`, ...packages.map(folderOf)]

/** Creates them. Each tenant's schemas take their turn; one that runs for ever is ended and delays nobody else. */
export function createProcessChecks(options: Partial<ProcessPoolOptions> = {}): ProcessChecks {
  const pool = createProcessPool({
    ...{ what: 'check of a schema', deadline: DEADLINE_MS, memoryMb: MEMORY_MB, maxProcesses: 2 },
    ...options,
    worker: { file, readable, codeGeneration: true },
  })

  async function ask(key: string, request: Readonly<Record<string, string>>): Promise<unknown> {
    const [text = 'null'] = await pool.run({ key, request })
    return JSON.parse(text)
  }

  return {
    start: () => pool.start(),
    stop: () => pool.stop(),
    inspect: (bundle, key) => ask(key, texts({ kind: 'inspect', bundle })) as ReturnType<SchemaChecks['inspect']>,
    compare: (pair, key) => ask(key, texts({ kind: 'compare', ...pair })) as ReturnType<SchemaChecks['compare']>,
    async validate(bundle, document, key) {
      const text = JSON.stringify(bundle)
      const id = createHash('sha256').update(text).digest('base64')
      const request = texts({ kind: 'validate', id, document })
      // Large schemas are sent once to each process.
      const found = await ask(key, { ...request, bundle: 'null' })
      return (found ?? (await ask(key, { ...request, bundle: text }))) as Awaited<ReturnType<SchemaChecks['validate']>>
    },
  }
}

function texts(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]))
}

function folderOf(name: string): string {
  return `${dirname(resolve(`${name}/package.json`))}/`
}
