import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TObject, type TSchema, Type } from 'typebox'
import { type Fault, HubError } from '../errors.ts'
import { route } from './route.ts'
import { createValidation } from './validation.ts'

const node = Type.Object(
  { id: Type.String({ minLength: 1 }), kind: Type.Enum(['trigger', 'action']), retries: Type.Optional(Type.Integer()) },
  { additionalProperties: false },
)
const flow = Type.Object(
  {
    name: Type.String({ maxLength: 5, 'x-personal': true }),
    graph: Type.Object({ nodes: Type.Array(node) }, { additionalProperties: false }),
    mode: Type.Optional(Type.Union([Type.Literal('a'), Type.Literal('b')])),
    secret: Type.Optional(
      Type.Union([
        Type.Object({ type: Type.Literal('SIMPLE'), passphrase: Type.String() }, { additionalProperties: false }),
        Type.Object({ type: Type.Literal('API_KEY'), key: Type.String() }, { additionalProperties: false }),
      ]),
    ),
    owner: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    mail: Type.Optional(Type.String({ format: 'email' })),
  },
  { additionalProperties: false },
)
const good = { name: 'n', graph: { nodes: [{ id: '1', kind: 'trigger' }] } }

function faultsOf(
  schemas: { body?: TSchema; query?: TObject; params?: TObject; allowNul?: boolean },
  input: object,
  size = 10,
) {
  const path = schemas.params ? '/x/:id' : '/x'
  const made = route({
    method: 'POST',
    path,
    summary: '',
    permission: 'public',
    response: { 200: null },
    handle: () => ({ status: 200 }),
    ...schemas,
  })
  try {
    createValidation().checkRequest(made, { params: {}, query: {}, body: undefined, size, ...input })
    return []
  } catch (error) {
    assert.ok(error instanceof HubError)
    return error.faults
  }
}

const bodyFaults = (body: unknown, size = 10) => faultsOf({ body: flow }, { body }, size)
const fields = (faults: readonly Fault[]) => faults.map(({ field }) => field).toSorted()

test('checkRequest() takes a good body as it is', () => {
  assert.deepEqual(bodyFaults({ ...good, mode: 'a', secret: { type: 'SIMPLE', passphrase: 'p' }, owner: null }), [])
})

test('checkRequest() reports all faults at once with the path of each field', () => {
  const nodes = [{ id: '', kind: 'x', retries: '1' }, { extra: 1 }]
  const faults = bodyFaults({ name: 7, graph: { nodes, 'odd.key': 1 }, mail: 'no' })
  assert.deepEqual(fields(faults), [
    'graph.nodes[0].id',
    'graph.nodes[0].kind',
    'graph.nodes[0].retries',
    'graph.nodes[1].extra',
    'graph.nodes[1].id',
    'graph.nodes[1].kind',
    'graph.odd.key',
    'mail',
    'name',
  ])
  const said = new Map(faults.map(({ field, message }) => [field, message]))
  assert.equal(said.get('graph.nodes[1].id'), 'Field "graph.nodes[1].id" is required')
  assert.equal(said.get('graph.nodes[1].extra'), 'Field "graph.nodes[1].extra" is unknown')
  assert.equal(said.get('graph.nodes[0].kind'), 'Field "graph.nodes[0].kind" must be one of "trigger", "action"')
  assert.equal(said.get('graph.nodes[0].retries'), 'Field "graph.nodes[0].retries" must be integer')
  assert.equal(said.get('name'), 'Field "name" must be string')
})

test('checkRequest() says of a union what was meant', () => {
  const [mode] = bodyFaults({ ...good, mode: 'c' })
  assert.equal(mode?.message, 'Field "mode" must be one of "a", "b"')
  const simple = bodyFaults({ ...good, secret: { type: 'SIMPLE', key: 'k' } })
  assert.deepEqual(fields(simple), ['secret.key', 'secret.passphrase'])
  const [kind, ...rest] = bodyFaults({ ...good, secret: { type: 'OTHER' } })
  assert.deepEqual([kind?.field, rest], ['secret.type', []])
  assert.match(kind?.message ?? '', /^Field "secret.type" must be one of "SIMPLE"/)
  const [owner] = bodyFaults({ ...good, owner: 5 })
  assert.equal(owner?.field, 'owner')
})

test('checkRequest() reports only the first fault of a large body, and never more than 100', () => {
  assert.equal(bodyFaults({ name: 7, graph: 7 }, 100_000).length, 1)
  assert.equal(bodyFaults({ name: 7, graph: 7 }).length, 2)
  assert.equal(bodyFaults({ name: 'n', graph: { nodes: Array.from({ length: 1000 }, () => 7) } }).length, 100)
})

test('checkRequest() refuses a missing body, a wrong root, NUL characters, lone surrogates and endless depth', () => {
  assert.deepEqual(bodyFaults(undefined), [{ message: 'The body is required' }])
  assert.deepEqual(bodyFaults([]), [{ message: 'The body must be object' }])
  assert.deepEqual(fields(bodyFaults({ ...good, name: 'a\u0000' })), ['name'])
  assert.match(bodyFaults({ ...good, name: '\ud800' })[0]?.message ?? '', /lone surrogate/)
  const key = faultsOf({ body: Type.Unknown() }, { body: { nested: { 'a\u0000': 1 } } })
  assert.equal(key[0]?.message, 'The name of field "nested.a\ufffd" must not contain a NUL character')
  assert.deepEqual(faultsOf({ body: Type.Unknown(), allowNul: true }, { body: { a: '\u0000' } }), [])
  let deep: unknown = 1
  for (let level = 0; level < 100_000; level++) deep = [deep]
  assert.match(faultsOf({ body: Type.Unknown() }, { body: deep })[0]?.message ?? '', /deeper than 100/)
})

test('checkRequest() gives params and query their types, and names what is wrong with them', () => {
  const params = Type.Object({ id: Type.String({ format: 'uuid' }) })
  const query = Type.Object(
    {
      'page[size]': Type.Optional(Type.Integer({ minimum: 1, default: 50 })),
      meta: Type.Optional(Type.Boolean()),
      score: Type.Optional(Type.Number()),
      one: Type.Optional(Type.String()),
      many: Type.Optional(Type.Array(Type.String())),
    },
    { additionalProperties: false },
  )
  const id = '018f2b7a-0000-7000-8000-000000000000'
  const asked = { meta: 'true', many: 'x', score: '1.5' }
  assert.deepEqual(faultsOf({ params, query }, { params: { id }, query: asked }), [])
  assert.deepEqual(asked, { meta: true, many: ['x'], score: 1.5, 'page[size]': 50 })
  const faults = faultsOf(
    { params, query, body: flow },
    { params: { id: '123' }, query: { 'page[size]': '0', one: ['a', 'b'], other: '1' }, body: {} },
  )
  assert.deepEqual(fields(faults), ['graph', 'id', 'name', 'one', 'other', 'page[size]'])
  assert.match(faults[0]?.message ?? '', /^Path parameter "id" must match format "uuid"/)
  assert.deepEqual(fields(faultsOf({ query }, { query: { score: 'Infinity' } })), ['score'])
  assert.deepEqual(fields(faultsOf({ query }, { query: { one: 'a\u0000' } })), ['one'])
})

test('checkAnswer() throws for an answer that is not as declared', () => {
  const response = { 200: Type.Object({ id: Type.String() }, { additionalProperties: false }) }
  const made = route({
    method: 'GET',
    path: '/x',
    summary: '',
    permission: 'public',
    response,
    handle: () => ({ status: 200, body: { id: '' } }),
  })
  const { checkAnswer } = createValidation()
  checkAnswer(made, 200, { id: 'a' })
  assert.throws(() => checkAnswer(made, 200, { id: 'a', password: 'p' }), /Field "password" is unknown/)
})
