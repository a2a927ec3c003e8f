import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { createSecret, endOf, mergedValue, warningOf } from './secret.ts'
import { masked, renews, secretTypeOf, secretTypes } from './secret-type.ts'

const now = new Date('2026-01-01T00:00:00Z')
const DAY = 86_400_000
const making = { id: randomUUID(), userId: randomUUID(), tenantId: randomUUID(), now, warnMs: 7 * DAY }

test('what is masked is sealed, and what is required is a field, in every type', () => {
  for (const type of secretTypes) {
    const { value, required, sealed, masked: hidden, end } = secretTypeOf[type]
    const fields = Object.keys(value)
    for (const name of [...required, ...sealed, ...(end ? [end] : [])]) assert(fields.includes(name), `${type} ${name}`)
    for (const name of Object.keys(hidden)) assert(sealed.includes(name), `${type} ${name}`)
  }
})

test('masked() shows the last four characters of what is long enough, and never how long it is', () => {
  assert.equal(masked('0123456789', 'tail'), '***6789')
  assert.equal(masked('012345678', 'tail'), '***')
  assert.equal(masked('a long passphrase', 'nothing'), '***')
  assert.equal(masked({ user: 'anna' }, 'tail'), '***')
})

test('a value is divided into what is sealed, what is not, and its end', () => {
  const authClientId = randomUUID()
  const value = { authClientId, accessToken: 'a', refreshToken: 'r', scope: 's', expires: 1_767_312_000_000 }
  const { secret, value: split } = createSecret('OA2_AUTHORIZATION_CODE', { name: 'n', value }, making)
  assert.deepEqual(split, { plain: { authClientId, scope: 's' }, secret: { accessToken: 'a', refreshToken: 'r' } })
  assert.equal(secret.expiresAt?.toISOString(), '2026-01-02T00:00:00.000Z')
  assert.deepEqual([secret.renews, secret.warnAt], [true, undefined], 'what is renewed needs no warning')
})

test('only what the hub can get by itself is renewed', () => {
  assert.equal(renews('OA2_AUTHORIZATION_CODE', ['accessToken']), false)
  assert.equal(renews('OA2_AUTHORIZATION_CODE', ['accessToken', 'refreshToken']), true)
  assert.deepEqual(
    secretTypes.filter((type) => renews(type, [])),
    ['OA2_CLIENT_CREDENTIALS', 'SESSION_AUTH'],
  )
})

test('a warning comes the wanted time before the end, but not in the first half of what is left', () => {
  const at = (days: number) => new Date(now.getTime() + days * DAY)
  assert.deepEqual(warningOf(at(30), now, 7 * DAY), at(23))
  assert.deepEqual(warningOf(at(2), now, 7 * DAY), at(1))
  assert.equal(warningOf(at(-1), now, 7 * DAY), undefined)
  assert.equal(warningOf(undefined, now, 7 * DAY), undefined)
})

test('an end is given once, and lies within the calendar', () => {
  const value = { expires: '2026-05-01T00:00:00Z' }
  assert.throws(() => endOf('OA2_CLIENT_CREDENTIALS', { expiresAt: '2026-05-01T00:00:00Z', value }), /value\.expires/)
  assert.throws(() => endOf('OA2_CLIENT_CREDENTIALS', { value: { expires: 8_640_000_000_000_000 } }), /before the year/)
  assert.equal(endOf('SIMPLE', { expiresAt: null }), undefined)
})

test('a change of a value takes fields of its type only', () => {
  assert.deepEqual(mergedValue('SIMPLE', { username: 'a', passphrase: 'b' }, { passphrase: 'c' }), {
    username: 'a',
    passphrase: 'c',
  })
  assert.throws(() => mergedValue('SIMPLE', {}, { key: 'k' }), /"value.key" is unknown/)
})
