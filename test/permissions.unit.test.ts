import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { test } from 'node:test'
import type { Permission } from '../src/lib/principal.ts'

/** What `can` knows by name. */
const comprising = ['all', 'tenant.all']

test('every permission that a service registers is checked by it somewhere', async () => {
  const files = globSync('src/{hub,services/*}/permissions.ts')
  assert.ok(files.length >= 6, 'the files must be found')
  for (const file of files) {
    const registered: { permissions: Record<string, Permission> } = await import(`../${file}`)
    const folder = dirname(file)
    const sources = globSync(`${folder}/**/*.ts`).filter((each) => each !== file && !each.includes('.test.'))
    const text = sources.map((each) => readFileSync(each, 'utf8')).join('\n')
    const unused = Object.entries(registered.permissions)
      .filter(([key, { name }]) => !comprising.includes(name) && !new RegExp(`ermissions\\.${key}\\b`).test(text))
      .map(([, { name }]) => name)
    assert.deepEqual(unused, [], `${folder} must check them, or not register them`)
  }
})
