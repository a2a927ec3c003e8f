import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createTestDatabase } from '../../test/support/postgres.ts'
import { names, patterns } from './conformance/pattern.ts'
import { matcher, patternSource } from './pattern.ts'

test('patternSource() means the same to PostgreSQL', async (t) => {
  const { db } = await createTestDatabase(t)
  const some = fc.sample(fc.tuple(patterns, names), 5_000)
  const rows = await db.query<{ hit: boolean }>(
    'select name ~ source as hit from unnest($1::text[], $2::text[]) with ordinality as pair (source, name, place) order by place',
    [some.map(([wanted]) => patternSource(wanted)), some.map(([, name]) => name)],
  )
  for (const [index, [wanted, name]] of some.entries()) {
    assert.equal(rows[index]?.hit, matcher(wanted)(name), `${wanted} ${name}`)
  }
  assert.ok(rows.some(({ hit }) => hit))
})
