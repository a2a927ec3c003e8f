import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import type { Principal } from '../principal.ts'
import { route } from './route.ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Fails to compile unless both types are the same. */
function same<A, B>(_same: Same<A, B>) {}

const read = { name: 'flows.read', scope: 'tenant', description: '' } as const

test('route() gives its handler the types of its schemas', () => {
  const made = route({
    method: 'PATCH',
    path: '/flows/:id',
    summary: 'Changes a flow',
    permission: read,
    params: Type.Object({ id: Type.String() }),
    query: Type.Object({ meta: Type.Optional(Type.Boolean()) }),
    body: Type.Object({ name: Type.String() }),
    response: { 200: Type.Object({ id: Type.String() }), 204: null },
    handle: async ({ params, query, body, principal }) => {
      same<typeof params, { id: string }>(true)
      same<typeof query, { meta?: boolean }>(true)
      same<typeof body, { name: string }>(true)
      same<typeof principal, Principal>(true)
      if (query.meta) return { status: 204 }
      return body.name === '' ? { status: 200, json: '{}' } : { status: 200, body: { id: params.id } }
    },
  })
  assert.equal(made.method, 'PATCH')
})

test('route() knows the principal of public routes as undefined, and raw bodies as bytes', () => {
  const head = { method: 'POST', path: '/hook', summary: '', response: { 200: null } } as const
  route({
    ...head,
    permission: 'public',
    rawBody: true,
    handle({ body, principal }) {
      same<typeof body, Buffer>(true)
      same<typeof principal, undefined>(true)
      return { status: 200 }
    },
  })
  route({
    ...head,
    permission: 'signed-in',
    handle({ body, principal }) {
      same<typeof body, undefined>(true)
      same<typeof principal, Principal>(true)
      return { status: 200 }
    },
  })
})

test('route() does not compile with a wrong answer', () => {
  const response = { 200: Type.Object({ id: Type.String() }), 204: null } as const
  const head = { method: 'GET', path: '/x', summary: '', permission: 'public', response } as const
  // @ts-expect-error status 201 is not declared
  route({ ...head, handle: () => ({ status: 201, body: { id: '' } }) })
  // @ts-expect-error the body is not as declared
  route({ ...head, handle: () => ({ status: 200, body: { id: 7 } }) })
  // @ts-expect-error status 204 has no body
  route({ ...head, handle: () => ({ status: 204, body: { id: '' } }) })
  // @ts-expect-error status 200 needs a body
  route({ ...head, handle: () => ({ status: 200 }) })
})

test('route() cannot be made without a permission, and checks its path against its params', () => {
  const head = { method: 'GET', path: '/x', summary: '', response: { 204: null } } as const
  const handle = () => ({ status: 204 }) as const
  // @ts-expect-error the permission is missing
  assert.throws(() => route({ ...head, handle }), /must name its permission/)
  // @ts-expect-error so is its name
  assert.throws(() => route({ ...head, permission: {}, handle }), /must name its permission/)
  assert.throws(() => route({ ...head, path: '/x/:id', permission: 'public', handle }), /exactly its params/)
  const params = Type.Object({ id: Type.String() })
  assert.throws(() => route({ ...head, params, permission: 'public', handle }), /exactly its params/)
  assert.throws(() => route({ ...head, path: 'x', permission: 'public', handle }), /must begin with/)
})
