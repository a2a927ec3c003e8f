import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePsLine } from './process-identity.ts'

test('parsePsLine() reads state, start and command', () => {
  const facts = parsePsLine(7, 'Ss   Mon Nov  2 09:30:00 2026 /opt/bin/postgres -D /data/postgres\n')
  assert.deepEqual(facts, {
    pid: 7,
    startMark: 'Mon Nov  2 09:30:00 2026',
    command: '/opt/bin/postgres -D /data/postgres',
  })
})

test('parsePsLine() takes a zombie for no process', () => {
  assert.equal(parsePsLine(7, 'Z    Mon Nov 23 19:30:00 2026 (postgres)'), undefined)
})

test('parsePsLine() takes an empty answer for no process', () => {
  assert.equal(parsePsLine(7, ''), undefined)
})
