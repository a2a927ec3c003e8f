import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'

/** What each module may import of ours; a service only itself besides. `hub` and `main` put everything together. */
const mayImport: Record<string, readonly string[]> = {
  catalogue: [],
  lib: [],
  'event-bus': ['lib'],
  'services/*': ['lib', 'catalogue', 'event-bus'],
  cli: ['lib', 'catalogue', 'demo'],
  // It runs in browsers too.
  demo: [],
  components: ['lib', 'services/component-orchestrator'],
  // It uses the public API alone, as the demo does.
  console: ['demo'],
}
const everything = ['hub', 'main']

const aliases: [RegExp, string][] = [
  [/^#lib\//, 'src/lib/'],
  [/^#catalogue$/, 'src/catalogue/'],
  [/^#event-bus$/, 'src/event-bus/'],
]

function moduleOf(path: string): string {
  const parts = path.replace(/^src\//, '').split('/')
  if (parts[0] === 'services') return `services/${parts[1]}`
  return (parts[0] ?? '').replace(/\.ts$/, '')
}

function importsOf(file: string): string[] {
  const specifiers = readFileSync(file, 'utf8').matchAll(/(?:^import|^export|\bimport\()[^;'"]*?['"]([#.][^'"]*)['"]/gm)
  return [...specifiers].map(([, specifier = '']) => {
    const alias = aliases.find(([pattern]) => pattern.test(specifier))
    return alias ? specifier.replace(...alias) : normalize(join(dirname(file), specifier))
  })
}

/** The conformance suite is for tests of every shape of the bus, and stands beside what it demands. */
function isTest(file: string): boolean {
  return file.includes('.test.') || file.startsWith('src/event-bus/conformance')
}

test('modules import only what the table allows', () => {
  const files = globSync(['src/**/*.ts', 'components/**/*.ts', 'console/src/**/*.{ts,tsx}']).filter(
    (file) => !isTest(file),
  )
  assert.ok(files.length > 100, 'the files must be found')
  const refused = files.flatMap((file) => {
    const from = moduleOf(file)
    const allowed = mayImport[from] ?? mayImport[from.replace(/^services\/.*/, 'services/*')]
    if (everything.includes(from)) return []
    return importsOf(file)
      .map(moduleOf)
      .filter((to) => to !== from && !allowed?.includes(to))
      .map((to) => `${file} must not import ${to}`)
  })
  assert.deepEqual(refused, [])
})

test('only the process entry and scripts read the environment', () => {
  const files = globSync('src/**/*.ts').filter((file) => !file.includes('.test.') && file !== 'src/main.ts')
  assert.deepEqual(
    files.filter((file) => /\bprocess\.env\b/.test(readFileSync(file, 'utf8'))),
    [],
  )
})
