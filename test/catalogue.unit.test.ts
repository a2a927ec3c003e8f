import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { type TSchema, Type } from 'typebox'
import {
  asyncApiDocument,
  type CatalogueEvent,
  catalogue,
  definitions,
  type EventDefinition,
  eventsMarkdown,
  findEvent,
  type PayloadOf,
  type Payloads,
  personalFields,
  personalKeyword,
  serviceNames,
} from '#catalogue'
import { staleDocuments } from '../scripts/docs.ts'
import { defineEvent } from '../src/catalogue/event-definition.ts'
import { personal } from '../src/catalogue/personal.ts'

const lifecycle = (prefix: string) => ['created', 'modified', 'deleted'].map((operation) => `${prefix}.${operation}`)

/** The names promised to users, by the service that owns them. They never change. */
const promised: Record<string, readonly string[]> = {
  iam: [
    ...lifecycle('iam.user'),
    'iam.user.assignedToTenant',
    'iam.user.removedFromTenant',
    'iam.user.loginFailed',
    ...lifecycle('iam.tenant'),
    ...lifecycle('iam.token'),
    ...lifecycle('iam.role'),
    ...lifecycle('iam.permission'),
  ],
  'secret-service': [
    'secret-service.secret.created',
    'secret-service.secret.deleted',
    'secret-service.auth-client.created',
    'secret-service.auth-client.deleted',
    'secret-service.token.get',
  ],
  'metadata-repository': [...lifecycle('metadata.domain'), ...lifecycle('metadata.schema')],
  'flow-repository': [...lifecycle('flowrepo.flow'), 'flowrepo.flow.starting', 'flowrepo.flow.stopping'],
  'component-orchestrator': ['flow.started', 'flow.stopped'],
}

/** The names that the hub adds. */
const added: Record<string, readonly string[]> = {
  iam: [...lifecycle('iam.client'), 'iam.signingKey.created', 'iam.signingKey.deleted', 'iam.tenant.exported'],
  'secret-service': [
    'secret-service.secret.modified',
    'secret-service.secret.expiring',
    'secret-service.secret.refreshFailed',
    'secret-service.secret.ownerAdded',
    'secret-service.secret.ownerRemoved',
    'secret-service.auth-client.modified',
    'secret-service.auth-client.read',
  ],
  'component-orchestrator': ['flow.failed', 'flow.run.failed', ...lifecycle('component')],
}

const suspicious = /pass|token|secret|key|hash|credential|private/i
/** Field names that look like a secret but hold none. */
const harmless: Record<string, string> = {
  usernameHash: 'a keyed hash, which tells nothing without the key',
  secretIds: 'ids, by which nobody reads anything',
}

/** The part of JSON Schema that the payloads use. */
interface FieldSchema {
  type?: string
  format?: string
  pattern?: string
  enum?: readonly string[]
  items?: FieldSchema
  uniqueItems?: boolean
  properties?: Record<string, FieldSchema>
  required?: readonly string[]
  description?: string
}

type Payload = Record<string, unknown>

function setup() {
  const ajv = addFormats.default(new Ajv({ strict: true, allErrors: true }))
  ajv.addVocabulary([personalKeyword])
  return { ajv, compile: (definition: EventDefinition) => ajv.compile<Payload>(definition.payload) }
}

/** Any value that fits the schema, were it not for rules between fields. */
function anyOf(schema: FieldSchema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.items) return (schema.uniqueItems ? fc.uniqueArray : fc.array)(anyOf(schema.items), { maxLength: 3 })
  if (schema.properties) return anyObject(schema.properties, schema.required ?? [])
  if (schema.format === 'uuid') return fc.uuid()
  if (schema.format === 'date-time')
    return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString())
  if (schema.pattern) return fc.stringMatching(new RegExp(schema.pattern))
  if (schema.type === 'string') return fc.string({ minLength: 1, unit: 'grapheme' })
  if (schema.type === 'integer') return fc.integer({ min: 1 })
  if (schema.type === 'boolean') return fc.boolean()
  throw new Error(`Cannot make a value as the form of the schema is not known: ${JSON.stringify(schema)}`)
}

function anyObject(properties: Record<string, FieldSchema>, required: readonly string[]): fc.Arbitrary<Payload> {
  const fields = Object.entries(properties).map(([name, schema]) => [name, anyOf(schema)] as const)
  return fc.record(Object.fromEntries(fields), { requiredKeys: [...required], noNullPrototype: true })
}

/** Any valid payload of the event. */
function anyPayload(definition: EventDefinition): fc.Arbitrary<Payload> {
  const { properties, required = [] } = definition.payload as FieldSchema
  if (definition.name !== 'iam.user.loginFailed') return anyObject(properties ?? {}, required)
  const known = anyObject(without(properties ?? {}, 'usernameHash'), ['id'])
  const unknown = anyObject(without(properties ?? {}, 'id', 'address'), ['usernameHash'])
  return fc.oneof(known, unknown)
}

function without<T>(record: Record<string, T>, ...names: string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)))
}

function assertAccepted(validate: ValidateFunction, payload: unknown) {
  assert.ok(validate(payload), `${JSON.stringify(payload)}: ${JSON.stringify(validate.errors)}`)
}

function assertRefused(validate: ValidateFunction, payload: unknown) {
  assert.ok(!validate(payload), `must be refused: ${JSON.stringify(payload)}`)
}

/** All fields of a schema at every level, as name and schema. */
function allFields(schema: FieldSchema): [string, FieldSchema][] {
  const own = Object.entries(schema.properties ?? {})
  const nested = [...own.map(([, field]) => field), ...(schema.items ? [schema.items] : [])]
  return [...own, ...nested.flatMap(allFields)]
}

/** What a bus that knows the payloads asks of its publishers. */
type Published = { [N in keyof Payloads]: { name: N; payload: Payloads[N] } }[keyof Payloads]

const someone = '0199a0b1-7c1e-7d3f-8a52-1f6c3b9e4d10'
const something = '0199a0b1-7c1e-7d3f-8a52-3b8e5d106f32'

describe('catalogue', () => {
  for (const service of serviceNames) {
    it(`catalogue has exactly the promised and the added names of ${service}`, () => {
      const names = definitions.filter((each) => each.service === service).map((each) => each.name as string)
      assert.deepEqual(names.sort(), [...(promised[service] ?? []), ...(added[service] ?? [])].sort())
    })
  }

  it('catalogue has each name once, in words that are safe as a routing key', () => {
    assert.equal(Object.keys(catalogue).length, definitions.length)
    for (const { name } of definitions) assert.match(name, /^[a-zA-Z-]+(\.[a-zA-Z-]+)+$/)
  })

  it('findEvent() finds the hub’s own events and nothing else', () => {
    assert.equal(findEvent('flow.started'), catalogue['flow.started'])
    assert.equal(findEvent('flow.execute'), undefined)
    assert.equal(findEvent('constructor'), undefined)
  })

  for (const definition of definitions as readonly EventDefinition[]) {
    const { name, summary, payload, version, ordering } = definition
    const { properties = {}, required = [] } = payload as FieldSchema

    it(`${name} tells what happened in one sentence and describes each field`, () => {
      assert.match(summary, /^[A-Z][^.|]*(`[^`]+`[^.|]*)*\.$/)
      for (const [field, schema] of Object.entries(properties))
        assert.ok(schema.description, `${field} has no description`)
    })

    it(`${name} has an actor, a tenant, a subject, a version and an ordering key`, () => {
      for (const field of ['user', 'tenant', 'id']) assert.equal(properties[field]?.format, 'uuid', field)
      assert.ok(!required.includes('tenant'))
      assert.ok(required.includes(ordering) || name === 'iam.user.loginFailed')
      assert.ok(Number.isInteger(version) && version >= 1)
    })

    it(`${name} has no field that looks like a secret`, () => {
      const found = allFields(payload as FieldSchema).map(([field]) => field)
      assert.deepEqual(
        found.filter((field) => suspicious.test(field) && !(field in harmless)),
        [],
      )
    })

    it(`${name} accepts any valid payload and refuses what is broken in one place`, () => {
      const validate = setup().compile(definition)
      const check = (valid: Payload) => {
        assertAccepted(validate, valid)
        assertRefused(validate, { ...valid, surplus: 1 })
        for (const field of required) assertRefused(validate, without(valid, field))
        for (const field of Object.keys(valid)) assertRefused(validate, { ...valid, [field]: { wrong: true } })
      }
      fc.assert(fc.property(anyPayload(definition), check), { numRuns: 25 })
    })

    it(`${name} tells nothing personal without the person it belongs to`, () => {
      const validate = setup().compile(definition)
      for (const { pointer, personField } of personalFields(definition)) {
        assert.equal(properties[personField]?.format, 'uuid', personField)
        const check = (valid: Payload) => {
          if (String(pointer[0]) in valid) assertRefused(validate, without(valid, personField))
        }
        fc.assert(fc.property(anyPayload(definition), check), { numRuns: 25 })
      }
    })
  }

  it('modified events tell names of changed fields, and values of none that is personal or secret', () => {
    const { compile } = setup()
    const modified = definitions.filter((each) => each.name.endsWith('.modified'))
    assert.equal(modified.length, 12)
    for (const { name, payload } of modified as readonly EventDefinition[]) {
      const { properties = {}, required = [] } = payload as FieldSchema
      const { before, after } = properties
      assert.ok(required.includes('changed') && before && after, name)
      assert.deepEqual(Object.keys(before.properties ?? {}), Object.keys(after.properties ?? {}))
      assert.deepEqual(personalFields({ payload: after }), [])
    }
    const validate = compile(catalogue['iam.user.modified'])
    assertAccepted(validate, {
      id: someone,
      changed: ['username', 'password', 'status'],
      after: { status: 'DISABLED' },
    })
    assertRefused(validate, { id: someone, changed: ['username'], after: { username: 'ann@example.org' } })
    assertRefused(validate, { id: someone, changed: ['ann@example.org'] })
    assertRefused(validate, { id: someone, after: { status: 'DISABLED' } })
  })

  it('flow events carry the id twice, and the orchestrator echoes the generation', () => {
    const flowEvents = definitions.filter((each) => /^(flowrepo\.)?flow\./.test(each.name))
    assert.equal(flowEvents.length, 9)
    for (const { name, payload } of flowEvents) {
      const { required = [] } = payload as FieldSchema
      assert.ok(required.includes('id') && required.includes('flowId'), name)
      assert.equal(required.includes('generation'), /starting|stopping|started|stopped|flow\.failed/.test(name), name)
    }
    const validate = setup().compile(catalogue['flow.started'])
    assertAccepted(validate, { id: something, flowId: something, generation: 1 })
    assertRefused(validate, { id: something, flowId: something, generation: 0 })
  })

  it('iam.user.loginFailed names the user or hashes the name, and tells an address of a known user only', () => {
    const validate = setup().compile(catalogue['iam.user.loginFailed'])
    const usernameHash = 'a'.repeat(64)
    assertAccepted(validate, { id: someone, address: '192.0.2.1' })
    assertAccepted(validate, { usernameHash, count: 12 })
    assertRefused(validate, {})
    assertRefused(validate, { id: someone, usernameHash })
    assertRefused(validate, { usernameHash, address: '192.0.2.1' })
    assertRefused(validate, { usernameHash: 'ann.example@a-long-domain-name.example.org' })
    assertRefused(validate, { id: someone, reason: 'wrong password' })
  })

  it('secret-service.token.get names who read which secret, for which run', () => {
    const validate = setup().compile(catalogue['secret-service.token.get'])
    const read = { user: someone, tenant: someone, id: something, type: 'OA2_AUTHORIZATION_CODE' }
    assertAccepted(validate, { ...read, flowId: something, runId: something, stepId: 'step_1' })
    assertRefused(validate, without(read, 'user'))
    assertRefused(validate, { ...read, value: 'hunter2' })
  })
})

describe('personalFields()', () => {
  const id = Type.String({ format: 'uuid' })
  const event = (payload: Record<string, TSchema>) =>
    defineEvent({ name: 'a.b', service: 'iam', summary: 'It happened.', payload: { id, ...payload } })

  it('personalFields() finds marks at every level of objects', () => {
    const address = Type.Object({ street: personal(Type.String(), 'id'), country: Type.String() })
    const found = personalFields(event({ address, name: Type.Optional(personal(Type.String(), 'id')) }))
    const expected = [
      { pointer: ['address', 'street'], personField: 'id' },
      { pointer: ['name'], personField: 'id' },
    ]
    assert.deepEqual(found, expected)
  })

  it('personalFields() tells the personal fields of the catalogue', () => {
    const found = (definitions as readonly EventDefinition[]).flatMap((definition) =>
      personalFields(definition).map((field) => `${definition.name} ${field.pointer.join('/')} ${field.personField}`),
    )
    assert.deepEqual(found, [
      'iam.user.created username id',
      'iam.user.created firstname id',
      'iam.user.created lastname id',
      'iam.user.loginFailed address id',
      'iam.token.created description accountId',
    ])
  })

  it('personal() leaves the given schema as it is, and keeps it optional', () => {
    const schema = Type.Optional(Type.String())
    const { payload } = event({ name: personal(schema, 'id') })
    assert.equal(personalKeyword in schema, false)
    assert.deepEqual(payload.required, ['id'])
  })

  it('defineEvent() refuses personal values without a fixed path, and unknown persons and ordering keys', () => {
    const marked = personal(Type.String(), 'id')
    assert.throws(() => event({ names: Type.Array(marked) }), /"\/names" has one below "items"/)
    assert.throws(() => event({ name: Type.Union([Type.Number(), marked]) }), /"\/name" has one below "anyOf"/)
    assert.throws(
      () => event({ name: personal(Type.String(), 'accountId') }),
      /the field "accountId" must be in its payload/,
    )
    const options = { name: 'a.b', service: 'iam', summary: 'It happened.', payload: { flowId: id } } as const
    assert.throws(() => defineEvent(options), /"a\.b" as the field "id" must be in its payload/)
    assert.equal(defineEvent({ ...options, ordering: 'flowId' }).ordering, 'flowId')
  })
})

describe('PayloadOf', () => {
  it('PayloadOf is precise and takes readonly values', () => {
    const created: PayloadOf<'iam.user.created'> = { id: someone, username: 'ann', status: 'ACTIVE' }
    const roles: readonly string[] = Object.freeze([someone])
    const assigned: Published = {
      name: 'iam.user.assignedToTenant',
      payload: { id: someone, tenantId: someone, roles },
    }
    const read: PayloadOf<'secret-service.token.get'> = { user: someone, id: something, type: 'SIMPLE' }
    assert.ok(created && assigned && read)

    // @ts-expect-error a required field is missing
    const incomplete: PayloadOf<'iam.user.created'> = { id: someone, status: 'ACTIVE' }
    // @ts-expect-error the actor of a read is required
    const anonymous: PayloadOf<'secret-service.token.get'> = { id: something, type: 'SIMPLE' }
    // @ts-expect-error the value is none of the words
    const misspelt: PayloadOf<'iam.user.created'> = { id: someone, username: 'ann', status: 'active' }
    // @ts-expect-error the field is unknown
    const surplus: PayloadOf<'iam.user.deleted'> = { id: someone, username: 'ann' }
    // @ts-expect-error the payload is that of another event
    const mixed: Published = { name: 'flow.started', payload: { id: someone } }
    // @ts-expect-error a personal value must not be recorded
    const told: PayloadOf<'iam.user.modified'> = { id: someone, changed: [], after: { username: 'ann' } }
    assert.ok(incomplete && anonymous && misspelt && surplus && mixed && told)
  })

  it('CatalogueEvent is told apart by its name', () => {
    const reasonOf = (event: CatalogueEvent<'flow.started' | 'flow.failed'>) => {
      // @ts-expect-error only one of both has a reason
      event.payload.reason
      return isFailed(event) ? event.payload.reason : undefined
    }
    const isFailed = (event: CatalogueEvent): event is CatalogueEvent<'flow.failed'> =>
      event.headers.name === 'flow.failed'
    const headers = {
      name: 'flow.failed',
      serviceName: 'component-orchestrator',
      createdAt: '2026-11-23T19:30:00.000Z',
    } as const
    const payload = { id: something, flowId: something, generation: 1, reason: 'no component' }
    assert.equal(reasonOf({ headers, payload }), 'no component')
  })
})

describe('asyncApiDocument()', () => {
  const document = asyncApiDocument({ title: 'Events', version: '1.2.3' })
  const names = definitions.map((each) => each.name).sort()

  it('asyncApiDocument() has a channel, a message and a send operation an event', () => {
    assert.equal(document.asyncapi, '3.0.0')
    assert.equal(document.info.title, 'Events')
    assert.equal(document.info.version, '1.2.3')
    for (const part of [
      document.channels,
      document.operations,
      document.components.messages,
      document.components.schemas,
    ]) {
      assert.deepEqual(Object.keys(part).sort(), names)
    }
    for (const [name, channel] of Object.entries(document.channels)) {
      assert.equal(channel.address, name)
      assert.deepEqual(Object.keys(channel.messages), [name])
      assert.deepEqual(channel.tags, [{ name: findEvent(name)?.service }])
    }
  })

  it('asyncApiDocument() is plain JSON whose references all resolve', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(document)), document)
    const resolve = (ref: string) =>
      ref
        .slice(2)
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document)
    let count = 0
    JSON.stringify(document, (key, value) => {
      if (key !== '$ref') return value
      count += 1
      assert.ok(resolve(value), value)
    })
    assert.equal(count, names.length * 5)
  })

  it('asyncApiDocument() sends messages through the channel that has them', () => {
    for (const [name, { action, channel, messages }] of Object.entries(document.operations)) {
      assert.equal(action, 'send')
      assert.equal(channel.$ref, `#/channels/${name}`)
      assert.deepEqual(messages, [{ $ref: `#/channels/${name}/messages/${name}` }])
    }
  })

  it('asyncApiDocument() describes the body on the wire', () => {
    const ajv = addFormats.default(new Ajv({ strict: false }))
    ajv.addSchema(document, 'hub')
    const validate = ajv.getSchema('hub#/components/messages/flow.started/payload')
    assert.ok(validate)
    const headers = {
      name: 'flow.started',
      serviceName: 'component-orchestrator',
      createdAt: '2026-11-23T19:30:00.000Z',
    }
    const payload = { id: something, flowId: something, generation: 1 }
    assertAccepted(validate, { headers, payload })
    assertRefused(validate, { headers: { ...headers, name: 'flow.stopped' }, payload })
    assertRefused(validate, { headers, payload: { id: something } })
  })

  it('asyncApiDocument() shows whose a personal value is', () => {
    const { properties } = document.components.schemas['iam.user.created'] as { properties: Record<string, object> }
    assert.equal(Reflect.get(properties.username ?? {}, personalKeyword), 'id')
  })
})

describe('generated documents', () => {
  it('staleDocuments() finds none: run "npm run docs" and commit the result', async () => {
    const stale = await staleDocuments(join(import.meta.dirname, '..'))
    assert.deepEqual(
      stale.map(({ path }) => path),
      [],
      'Generated documents are stale: run "npm run docs" and commit the result',
    )
  })

  it('staleDocuments() tells a missing document', async () => {
    const stale = await staleDocuments(import.meta.dirname)
    assert.deepEqual(
      stale.map(({ path }) => path),
      ['docs/events.md', 'README.md', 'console/src/api/schema.d.ts'],
    )
  })

  it('eventsMarkdown() shows an example that is a valid event, and every event', () => {
    const text = eventsMarkdown()
    const example = JSON.parse(/```json\n(.*?)```/s.exec(text)?.[1] ?? '') as {
      headers: { name: string }
      payload: unknown
    }
    const definition = findEvent(example.headers.name)
    assert.ok(definition)
    assertAccepted(setup().compile(definition), example.payload)
    for (const { name } of definitions) assert.ok(text.includes(`\n### ${name}\n`), name)
  })
})
