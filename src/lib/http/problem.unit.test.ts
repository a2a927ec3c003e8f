import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HubError } from '../errors.ts'
import { ConnectionLostError } from '../postgres.ts'
import { problemOf, toHubError } from './problem.ts'

test('problemOf() writes what new and existing clients read', () => {
  const { status, headers, json } = problemOf(new HubError('not-found', 'No flow found'), 'r1')
  assert.equal(status, 404)
  assert.equal(headers['content-type'], 'application/problem+json; charset=utf-8')
  assert.deepEqual(JSON.parse(json), {
    type: 'urn:oih:error:not-found',
    title: 'There is no such thing',
    status: 404,
    detail: 'No flow found',
    code: 'not-found',
    instance: 'r1',
    message: 'No flow found',
    errors: [{ message: 'No flow found', code: 'not-found' }],
  })
})

test('problemOf() lists faults, and says when to come again and how to sign in', () => {
  const faults = [{ field: 'a.b', message: 'm' }]
  const { json } = problemOf(new HubError('invalid-body', 'm', { faults }), 'r1')
  assert.deepEqual(JSON.parse(json).errors, [{ field: 'a.b', message: 'm', code: 'invalid-body' }])
  const header = (error: HubError, name: string) => problemOf(error, 'r1').headers[name]
  assert.equal(header(new HubError('too-many-requests', '', { retryAfter: 2.2 }), 'retry-after'), '3')
  assert.equal(header(new HubError('unavailable', ''), 'retry-after'), '1')
  assert.equal(header(new HubError('conflict', ''), 'retry-after'), undefined)
  assert.equal(header(new HubError('unauthenticated', ''), 'www-authenticate'), 'Bearer')
})

test('toHubError() tells a lost database from an error of ours', () => {
  const withCode = (fields: object) => Object.assign(new Error('secret text'), fields)
  const lost = [
    ...['57P01', '57P03', '08006', '08P01', '53300', 'ECONNREFUSED'].map((code) => withCode({ code })),
    withCode({ code: 'ENOENT', syscall: 'connect' }),
    new AggregateError([withCode({ code: 'ECONNREFUSED' })]),
    new Error('Connection terminated unexpectedly'),
    new ConnectionLostError(new Error('timeout exceeded when trying to connect')),
  ]
  for (const error of lost) assert.equal(toHubError(error).code, 'unavailable', String(error))
  const ours = [
    withCode({ code: '22P02' }),
    withCode({ code: 'ENOENT', syscall: 'open' }),
    new Error('x'),
    'text',
    null,
  ]
  for (const error of [...ours, new AggregateError([]), withCode({ code: '57014' })]) {
    const seen = toHubError(error)
    assert.equal(seen.code, 'internal')
    assert.doesNotMatch(seen.message, /secret/)
  }
})
