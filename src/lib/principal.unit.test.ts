import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HubError } from './errors.ts'
import { can, createPrincipalCache, demand, type Principal, seesEverything } from './principal.ts'

const read = { name: 'flows.read', scope: 'tenant', description: '' } as const
const admin = { name: 'iam.tenant.create', scope: 'platform', description: '' } as const

function principalWith(permissions: string[], more: Partial<Principal> = {}): Principal {
  return { kind: 'user', id: 'u1', permissions: new Set(permissions), tokenId: 't1', ...more }
}

test('can() knows exact names, "all", and "tenant.all" within a tenant', () => {
  const cases: [Principal, boolean, boolean][] = [
    [principalWith([]), false, false],
    [principalWith(['flows.read']), true, false],
    [principalWith(['all']), true, true],
    [principalWith(['tenant.all'], { tenant: 'T1' }), true, false],
    [principalWith(['tenant.all']), false, false],
  ]
  for (const [principal, mayRead, mayAdmin] of cases) {
    assert.equal(can(principal, read), mayRead)
    assert.equal(can(principal, admin), mayAdmin)
  }
  assert.equal(seesEverything(principalWith(['all'])), true)
  assert.equal(seesEverything(principalWith(['tenant.all'], { tenant: 'T1' })), false)
  assert.throws(() => demand(principalWith([]), read), { code: 'forbidden', message: /"flows\.read"/ })
})

function setup(options: { maxEntries?: number } = {}) {
  const state = {
    freshness: 0,
    now: 1000,
    asked: [] as string[],
    answer: async (_: string) => principalWith([]) as Principal | undefined,
  }
  const cache = createPrincipalCache({
    lookup: (token) => {
      state.asked.push(token)
      return state.answer(token)
    },
    freshness: () => state.freshness,
    clock: () => state.now,
    ...options,
  })
  return { state, cache }
}

test('createPrincipalCache() asks once while it is fresh, and each time when it is not', async () => {
  const { state, cache } = setup()
  await cache.resolve('a')
  await cache.resolve('a')
  assert.equal(state.asked.length, 1)
  for (const stale of [1001, Number.POSITIVE_INFINITY, Number.NaN]) {
    state.freshness = stale
    await cache.resolve('a')
  }
  assert.equal(state.asked.length, 4)
  state.freshness = 1000
  await cache.resolve('a')
  assert.equal(state.asked.length, 4)
})

test('createPrincipalCache() answers unavailable when it is stale and the lookup fails', async () => {
  const { state, cache } = setup()
  await cache.resolve('a')
  state.freshness = 2000
  state.answer = async () => Promise.reject(new Error('down'))
  await assert.rejects(cache.resolve('a'), { code: 'unavailable' })
  state.answer = async () => Promise.reject(new HubError('forbidden', 'own code stays'))
  await assert.rejects(cache.resolve('a'), { code: 'forbidden' })
  state.freshness = 0
  assert.equal((await cache.resolve('a'))?.id, 'u1')
})

test('createPrincipalCache() shares concurrent lookups, and keeps neither unknown tokens nor failures', async () => {
  const { state, cache } = setup()
  state.answer = async () => undefined
  assert.deepEqual(await Promise.all([cache.resolve('x'), cache.resolve('x')]), [undefined, undefined])
  assert.equal(state.asked.length, 1)
  await cache.resolve('x')
  assert.equal(state.asked.length, 2)
})

test('createPrincipalCache() does not keep what was looked up across a clear', async () => {
  const { state, cache } = setup()
  const before = Promise.withResolvers<Principal | undefined>()
  state.answer = () => before.promise
  const early = cache.resolve('a')
  cache.clear()
  state.answer = async () => undefined
  assert.equal(await cache.resolve('a'), undefined)
  before.resolve(principalWith([]))
  assert.equal((await early)?.id, 'u1')
  assert.equal(await cache.resolve('a'), undefined)
  assert.equal(state.asked.length, 3)
})

test('createPrincipalCache() still shares a lookup begun after a clear when an older one ends', async () => {
  const { state, cache } = setup()
  const before = Promise.withResolvers<Principal | undefined>()
  const after = Promise.withResolvers<Principal | undefined>()
  state.answer = () => before.promise
  const early = cache.resolve('a')
  cache.clear()
  state.answer = () => after.promise
  const late = cache.resolve('a')
  before.resolve(undefined)
  await early
  const joined = cache.resolve('a')
  after.resolve(principalWith([]))
  assert.equal((await late)?.id, 'u1')
  assert.equal((await joined)?.id, 'u1')
  assert.equal(state.asked.length, 2)
})

test('createPrincipalCache() forgets with clear(), with the expiry of the token, and the least used beyond its size', async () => {
  const { state, cache } = setup({ maxEntries: 2 })
  state.answer = async () => principalWith([], { expiresAt: 2000 })
  for (const token of ['a', 'b', 'a', 'c', 'a']) await cache.resolve(token)
  assert.deepEqual(state.asked, ['a', 'b', 'c'])
  await cache.resolve('b')
  assert.equal(state.asked.length, 4)
  cache.clear()
  await cache.resolve('a')
  assert.equal(state.asked.length, 5)
  state.now = 2000
  assert.equal(await cache.resolve('a'), undefined)
  assert.equal(state.asked.length, 6)
})
