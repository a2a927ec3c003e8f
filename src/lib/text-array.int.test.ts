import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestDatabase } from '../../test/support/postgres.ts'
import { textArray } from './text-array.ts'

test('textArray() brings every text to the database as it is', async (t) => {
  const { db } = await createTestDatabase(t)
  const texts = ['', 'a', '"quoted", \\back', '{1,2}', 'NULL', 'ä€😀', 'x'.repeat(100_000), 'line\nbreak']
  for (const some of [texts, []]) {
    const [row] = await db.queryAs<{ texts: string[] }>('nothing', 'select $1::text[] as texts', [textArray(some)])
    assert.deepEqual(row?.texts, some)
  }
})
