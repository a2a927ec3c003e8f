import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

test('2-schemas takes in the schemas of GitHub and judges its payloads as Ajv does', () => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [main], { encoding: 'utf8', timeout: 280_000 })
  assert.equal(status, 0, `${stdout}\n${stderr}`)
  assert.match(stdout, /Imported: +344 schemas, 0 broken references/)
  assert.match(stdout, /Valid: +276 of 329 payloads/)
})
