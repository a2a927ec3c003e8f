import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TerminalError } from '#lib/errors'
import { authorizationOf } from './authorization.ts'

const of = (type: string, value: object) => authorizationOf({ id: 's', type, value: { ...value }, allowedHosts: [] })

test('authorizationOf() sends each type as it is meant, and knows what nobody may see of it', () => {
  assert.deepEqual(of('SIMPLE', { username: 'ada', passphrase: 'löve' }), {
    headers: { authorization: 'Basic YWRhOmzDtnZl' },
    hidden: ['YWRhOmzDtnZl', 'löve'],
  })
  assert.deepEqual(of('SIMPLE', { username: 'sk_live', passphrase: '' }), {
    headers: { authorization: 'Basic c2tfbGl2ZTo=' },
    hidden: ['c2tfbGl2ZTo=', 'sk_live'],
  })
  assert.deepEqual(of('API_KEY', { key: 'k1' }), { headers: { 'x-api-key': 'k1' }, hidden: ['k1', 'k1'] })
  assert.deepEqual(of('API_KEY', { key: 'Token k1', headerName: 'Authorization' }), {
    headers: { Authorization: 'Token k1' },
    hidden: ['Token k1', 'k1'],
  })
  for (const type of ['OA2_AUTHORIZATION_CODE', 'OA2_CLIENT_CREDENTIALS', 'SESSION_AUTH']) {
    const { headers, hidden } = of(type, { accessToken: 't1', refreshToken: 'r1' })
    assert.deepEqual([headers, hidden], [{ authorization: 'Bearer t1' }, ['t1']])
  }
})

test('authorizationOf() refuses for good what authorises no request, and tells no value', () => {
  const cases: [type: string, value: object, reason: RegExp][] = [
    ['OA1_TWO_LEGGED', { accessToken: 'sesame' }, /secret of another type only: it is "OA1_TWO_LEGGED"$/],
    ['OA1_THREE_LEGGED', { accessToken: 'sesame' }, /another type/],
    ['MIXED', { payload: '{"headers":{"x-a":"sesame"}}' }, /another type only: it is "MIXED"$/],
    ['constructor', {}, /another type/],
    ['OA2_AUTHORIZATION_CODE', { refreshToken: 'sesame' }, /field "accessToken" must be there$/],
    ['SESSION_AUTH', { accessToken: { sesame: 1 } }, /field "accessToken"/],
    ['API_KEY', { key: '', headerName: 'sesame' }, /field "key"/],
    ['SIMPLE', { passphrase: 'sesame' }, /field "username"/],
    ['SIMPLE', { username: 'a:b', passphrase: 'sesame' }, /username must have no colon$/],
  ]
  for (const [type, value, reason] of cases) {
    assert.throws(
      () => of(type, value),
      (error) => {
        assert.ok(error instanceof TerminalError)
        assert.match(error.message, /^Cannot send the secret "s" by HTTP as /)
        assert.match(error.message, reason)
        assert.doesNotMatch(error.message, /sesame/)
        return true
      },
    )
  }
})
