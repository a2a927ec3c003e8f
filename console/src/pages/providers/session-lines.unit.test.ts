import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldsOfLines, linesOfFields, requestFieldsOfLines } from './session-lines.ts'

test('fieldsOfLines() gives back what linesOfFields() wrote', () => {
  const fields = [
    { key: 'user', label: 'User name', required: true },
    { key: 'tenant', required: false },
  ]
  assert.equal(linesOfFields(fields), 'user User name\ntenant?')
  assert.deepEqual(fieldsOfLines(' user User name\n\ntenant? '), fields)
})

test('requestFieldsOfLines() splits at the first colon alone', () => {
  assert.deepEqual(requestFieldsOfLines('user: {{fields.user}}\nurn:urn:x\nnone'), [
    { key: 'user', value: '{{fields.user}}' },
    { key: 'urn', value: 'urn:x' },
    { key: 'none', value: '' },
  ])
})
