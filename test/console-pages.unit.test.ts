import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { consoleSite } from '../src/hub/console.ts'

/** The two write the parameters of paths each in its own way. */
const pathOfServer = (path: string) => path.replace(/\$$/, '*').replaceAll('$', ':')

test('the hub serves exactly the pages that the console has', () => {
  const source = readFileSync(new URL('../console/src/router.tsx', import.meta.url), 'utf8')
  const paths = [...source.matchAll(/path: '([^']+)'/g)].map(([, path = '']) => pathOfServer(path))
  assert.ok(paths.length > 5, 'the paths must be found')
  assert.deepEqual(paths.toSorted(), [...consoleSite.pages].toSorted())
})
