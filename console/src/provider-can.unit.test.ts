import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Owner } from './api/secret-queries.ts'
import { providerCan } from './provider-can.ts'

const tenant = '01a20b7c-88ee-741b-861e-e2ec48bf93b6'
const ben = { id: 'ben', tenant, permissions: [] as string[] }
const admin = { id: 'admin', permissions: ['all'] }
const bens: Owner = { id: 'ben', type: 'USER' }
const shared: Owner = { id: tenant, type: 'TENANT' }
const provider = (...owners: Owner[]) => ({ type: 'OA2_AUTHORIZATION_CODE' as const, owners })

test('providerCan.connect() is for owners, where the browser comes back to', () => {
  const callback = 'https://hub.example/secret-service/api/v1/callback'
  const at = (origin: string) => ({ callback, origin })
  assert.equal(providerCan.connect(ben, provider(shared), at('https://hub.example')).may, true)
  assert.deepEqual(providerCan.connect(ben, provider(bens), at('http://localhost:3000')), {
    may: false,
    reason: 'Users are led back to https://hub.example: open the console there',
  })
  assert.equal(providerCan.connect(admin, provider(bens, shared), at('https://hub.example')).may, false)
})

test('providerCan.change() is for owners in person and administrators of the hub', () => {
  const cleo = { ...ben, id: 'cleo' }
  const may = [ben, cleo, admin].map((who) => providerCan.change(who, provider(bens, shared)).may)
  assert.deepEqual(may, [true, false, true])
  const sees = { ...cleo, permissions: ['secrets.authClient.readRaw'] }
  const ofTenant = [cleo, sees].map((who) => providerCan.change(who, provider(shared)).may)
  assert.deepEqual(ofTenant, [false, true], 'where the tenant alone owns it, who may see its credentials')
  assert.deepEqual(
    [providerCan.share(ben, provider(bens)).may, providerCan.share(ben, provider(bens, shared)).may],
    [true, false],
  )
})
