import assert from 'node:assert/strict'
import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { ReceivedEvent } from '#event-bus'
import { type Entry, type KeyOwner, openBody, readLeaf, seal, writeLeaf } from './entry.ts'
import { type EventFacts, factsOf } from './event-facts.ts'

const id = '018c2f5e-7a00-7000-8000-000000000001'
const person = '018c2f5e-7a00-7000-8000-00000000000a'
const actor = '018c2f5e-7a00-7000-8000-00000000000b'
const tenant = '018c2f5e-7a00-7000-8000-0000000000ff'
const headers = { name: 'iam.user.created', serviceName: 'iam', createdAt: '2026-11-23T19:30:00.000Z' }
const payload = { user: actor, tenant, id: person, username: 'jane.doe@example.org', status: 'ACTIVE' }

function eventOf(body: string, about: Partial<ReceivedEvent> = {}): ReceivedEvent {
  const name = 'iam.user.created'
  const beside = { id, position: 1, name, origin: '', orderingKey: '', version: 1, attempt: 1, replay: false }
  return { ...beside, headers, payload: undefined, body, ...about } as ReceivedEvent
}

const bodyOf = (given: object) => JSON.stringify({ headers, payload: given })

/** The leaf of an event, with a key for each owner. */
function leafOf(facts: EventFacts) {
  const keys = new Map<KeyOwner, KeyObject>()
  const body = facts.parts.map((part) => {
    if (typeof part === 'string') return part
    const key = keys.get(part.owner) ?? createSecretKey(randomBytes(32))
    keys.set(part.owner, key)
    return seal(part.text, key, { ...part, event: id }, randomBytes(12))
  })
  const { name, service, createdAt } = facts
  const about = { tenant: facts.tenant, name, service, createdAt, origin: '', correlation: null, causation: null }
  const entry: Entry = { ...about, index: 0, number: 1, position: 1, recordedAt: '', id, schema: 1, body }
  return { leaf: writeLeaf(entry), keys }
}

const isWhole = ({ parts, search }: EventFacts, owner: KeyOwner) => {
  assert.equal(search, null)
  assert.equal(parts.length, 1)
  const [part] = parts
  assert.ok(typeof part === 'object')
  assert.deepEqual({ at: part.at, owner: part.owner }, { at: '', owner })
}

/** JSON text of a value in any spelling: white space, escapes, order of members. */
const spelling = fc.infiniteStream(fc.nat(3))
function spell(value: unknown, choices: Iterator<number>): string {
  const choose = () => choices.next().value as number
  const space = () => ['', ' ', '\n\t', ''][choose()]
  if (typeof value === 'string') return spellString(value, choose)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(
    ([name, item]) => `${space()}${spellString(name, choose)}${space()}:${space()}${spell(item, choices)}${space()}`,
  )
  return `{${members.join(',')}}`
}

function spellString(text: string, choose: () => number): string {
  const units = Array.from({ length: text.length }, (_, place) => {
    const escaped = `\\u${text.charCodeAt(place).toString(16).padStart(4, '0')}`
    const plain = JSON.stringify(text.charAt(place)).slice(1, -1)
    return choose() === 0 || /[\ud800-\udfff]/.test(plain) ? escaped : plain
  })
  return `"${units.join('')}"`
}

describe('factsOf()', () => {
  it('takes tenant, actor, subject, producer and search values', () => {
    const facts = factsOf(eventOf(bodyOf(payload)))
    assert.equal(facts.tenant, tenant)
    assert.equal(facts.actor, actor)
    assert.equal(facts.subject, person)
    assert.equal(facts.service, 'iam')
    assert.equal(facts.createdAt, '2026-11-23T19:30:00.000Z')
    assert.deepEqual(facts.search, { status: 'ACTIVE' })
  })

  it('seals each personal value, as it is spelled, under the key of the person it belongs to', () => {
    const text = bodyOf(payload)
    const [before, part, after, ...rest] = factsOf(eventOf(text)).parts
    assert.deepEqual(part, { at: '/payload/username', owner: `person:${person}`, text: '"jane.doe@example.org"' })
    assert.equal(`${before}"jane.doe@example.org"${after}`, text)
    assert.equal(rest.length, 0)
  })

  it('gives back the exact bytes of any spelling, and hides personal values from whoever lacks the key', () => {
    const value = fc.string({ unit: 'binary', minLength: 6, maxLength: 40 }).filter((text) => text.isWellFormed())
    fc.assert(
      fc.property(value, value, spelling, (username, firstname, choices) => {
        const marked = { ...payload, username: `mark-${username}`, firstname: `sign-${firstname}` }
        const text = spell({ payload: marked, headers }, choices)
        const facts = factsOf(eventOf(text))
        const { leaf, keys } = leafOf(facts)
        assert.deepEqual(openBody(readLeaf(leaf), keys), { text, missing: [] })
        const { text: blind, missing } = openBody(readLeaf(leaf), new Map())
        assert.deepEqual([...missing].sort(), ['/payload/firstname', '/payload/username'])
        assert.deepEqual(JSON.parse(blind), { headers, payload: { ...marked, username: null, firstname: null } })
        const shown = JSON.stringify({ ...facts, parts: [] }) + leaf
        for (const secret of [marked.username, marked.firstname]) assertAbsent(secret, shown)
      }),
      { numRuns: 300 },
    )
  })

  it('gives back the exact bytes of any foreign text, sealed as a whole', () => {
    const text = fc.oneof(fc.json(), fc.string({ unit: 'grapheme' }), fc.constant('[]'), fc.constant('null'))
    fc.assert(
      fc.property(text, (body) => {
        const facts = factsOf(eventOf(body, { origin: 'amqp:shop' }))
        isWhole(facts, 'platform')
        const { leaf, keys } = leafOf(facts)
        assert.equal(openBody(readLeaf(leaf), keys).text, body)
        assert.deepEqual(openBody(readLeaf(leaf), new Map()), { text: 'null', missing: [''] })
      }),
    )
  })

  it('seals a foreign event under the key of its actor, else of its tenant, else of the platform', () => {
    const foreign = { origin: 'amqp:shop' }
    isWhole(factsOf(eventOf(bodyOf(payload), foreign)), `person:${actor}`)
    isWhole(factsOf(eventOf(bodyOf({ ...payload, user: 'jane' }), foreign)), `tenant:${tenant}`)
    isWhole(factsOf(eventOf(bodyOf({ user: 7, tenant: { id: tenant } }), foreign)), 'platform')
    assert.equal(factsOf(eventOf(bodyOf({ user: actor.toUpperCase() }), foreign)).actor, actor)
  })

  it('seals as a whole what the catalogue does not vouch for', () => {
    const whole = (body: string, about?: Partial<ReceivedEvent>) =>
      isWhole(factsOf(eventOf(body, about)), `person:${actor}`)
    const text = bodyOf(payload)
    whole(text, { name: 'iam.user.unheardOf' })
    whole(text, { version: 2 })
    whole(bodyOf({ ...payload, nickname: 'Jane' }))
    whole(bodyOf({ ...payload, status: 'Jane' }))
    whole(JSON.stringify({ headers: { ...headers, from: 'Jane' }, payload }))
    whole(JSON.stringify({ headers, payload, note: 'Jane' }))
    whole(text.replace('"status"', '"status":"Jane","status"'))
    whole(text.replace('"username"', '"username":"Jane","\\u0075sername"'))
    whole(text.replace('"payload"', '"payload":{"username":"Jane"},"payload"'))
  })

  it('bears any nesting', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000)
    isWhole(factsOf(eventOf(deep, { origin: 'amqp:shop' })), 'platform')
    isWhole(factsOf(eventOf(bodyOf(payload).replace('"status"', `"status":${deep},"status"`))), `person:${actor}`)
  })

  it('reads times as ISO 8601 or epoch milliseconds, and takes nothing else', () => {
    const timeOf = (createdAt: unknown) =>
      factsOf(eventOf(JSON.stringify({ headers: { createdAt } }), { origin: 'amqp:shop' })).createdAt
    assert.equal(timeOf(1_700_000_000_123), '2023-11-14T22:13:20.123Z')
    assert.equal(timeOf('2026-11-23T20:30:00+01:00'), '2026-11-23T19:30:00.000Z')
    for (const wrong of ['Jane 2020', '2026-13-01T00:00:00Z', '1', -1, 1e300, null, {}, 253_402_300_800_000]) {
      assert.equal(timeOf(wrong), null)
    }
  })

  it('keeps out of the columns what PostgreSQL cannot store', () => {
    const name = 'metadata.domain.created'
    const given = (text: string) =>
      factsOf(eventOf(bodyOf({ user: actor, tenant, id: person, name: text }), { name })).search
    assert.notEqual(given('orders'), null)
    for (const text of ['a\u0000b', 'a\ud800b', 'x'.repeat(257)]) assert.equal(given(text)?.name, undefined)
  })

  it('bounds what a foreign producer says in clear', () => {
    const facts = factsOf(
      eventOf(JSON.stringify({ headers: { serviceName: 'Jane Doe, Main Street 1' } }), {
        origin: 'amqp:shop',
        name: 'x'.repeat(10_000),
      }),
    )
    assert.equal(facts.service, null)
    assert.equal(facts.name.length, 255)
  })
})

/** In no encoding that a reader of the leaf may think of. */
function assertAbsent(secret: string, text: string): void {
  const bytes = Buffer.from(secret)
  const json = JSON.stringify(secret).slice(1, -1)
  const encodings = [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(secret),
    ...(['hex', 'base64', 'base64url'] as const).map((encoding) => bytes.toString(encoding).replace(/.=*$/, '')),
    ...Array.from(secret.matchAll(/[\w-]{6,}/g), ([word]) => word),
  ]
  for (const encoding of encodings) assert.ok(!text.includes(encoding), `"${encoding}" must not be in the leaf`)
}
