import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSearch, readSearch, stringifySearch } from './search.ts'

test('readSearch.signIn() leads to pages of the console only', () => {
  assert.deepEqual(readSearch.signIn({ to: '/flows?q=x' }), { to: '/flows?q=x' })
  for (const to of [
    'https://elsewhere.example/',
    '//elsewhere.example',
    '/\\elsewhere.example',
    'javascript:alert(1)',
    7,
  ]) {
    assert.deepEqual(readSearch.signIn({ to }), {}, String(to))
  }
})

test('readSearch() leaves out what makes no sense', () => {
  assert.deepEqual(readSearch.runs({ flow: 'x', status: 'odd', page: '-1' }), {})
  const flow = '01a20b7c-88ee-741b-861e-e2ec48bf93b6'
  assert.deepEqual(readSearch.runs({ flow, status: 'failed', page: '2' }), { flow, status: 'failed', page: 2 })
  assert.deepEqual(readSearch.audit({ name: '', user: ['a'], other: 'x' }), {})
})

test('readSearch() keeps what the pages about access know, and nothing else', () => {
  const tenant = '01a20b7c-88ee-741b-861e-e2ec48bf93b6'
  const users = { q: 'an', status: 'ACTIVE', tenant, role: tenant, sort: '-username', page: 2, do: 'create' } as const
  assert.deepEqual(readSearch.users({ ...users, page: '2', other: 'x' }), users)
  assert.deepEqual(readSearch.users({ status: 'active', tenant: 'x', role: '*', sort: 'password', do: 'delete' }), {})
  assert.deepEqual(readSearch.user({ permission: 'flows.read', do: 'rights' }), {
    permission: 'flows.read',
    do: 'rights',
  })
  assert.deepEqual(readSearch.tokens({ of: 'all' }), { of: 'all' })
  assert.deepEqual(readSearch.tokens({ of: 'everybody', do: 'rotate' }), {})
  assert.deepEqual([readSearch.tenant({ do: 'take-in' }), readSearch.role({ do: 'x' })], [{ do: 'take-in' }, {}])
})

test('readSearch.secrets() takes the id that a provider led back with, and nothing that looks like one', () => {
  const secretId = '01a20b7c-88ee-741b-861e-e2ec48bf93b6'
  assert.deepEqual(readSearch.secrets({ secretId, type: 'API_KEY' }), { secretId, type: 'API_KEY' })
  assert.deepEqual(readSearch.secrets({ secretId: '../users', type: 'odd', do: 'delete' }), {})
})

test('readSearch.schema() takes versions by their numbers', () => {
  const search = readSearch.schema({ show: 'versions', from: '1', to: '7', page: '2', do: 'change' })
  assert.deepEqual(search, { show: 'versions', from: 1, to: 7, page: 2 })
  assert.deepEqual(readSearch.schema({ show: 'all', from: '0', to: '1.5', page: '1', do: 'delete' }), { do: 'delete' })
})

test('parseSearch() gives back what stringifySearch() wrote', () => {
  const search = { names: 'flow.# iam.*', q: '"1"', page: 2, empty: '', none: undefined }
  const text = stringifySearch(search)
  assert.deepEqual(parseSearch(text), { names: 'flow.# iam.*', q: '"1"', page: '2' })
  assert.equal(stringifySearch({}), '')
})
