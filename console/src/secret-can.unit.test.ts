import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Owner } from './api/secret-queries.ts'
import { ownershipOf, secretCan } from './secret-can.ts'

const tenant = '01a20b7c-88ee-741b-861e-e2ec48bf93b6'
const raw = 'secrets.secret.readRaw'
const ben = { id: 'ben', tenant, permissions: [] as string[] }
const reader = { ...ben, permissions: [raw] }
const admin = { id: 'admin', permissions: ['all'] }
const bens: Owner = { id: 'ben', type: 'USER' }
const shared: Owner = { id: tenant, type: 'TENANT' }
const secret = (...owners: Owner[]) => ({ tenant, type: 'SIMPLE' as const, owners })

test('secretCan.read() asks for the permission and for ownership, which administrators do not have', () => {
  const lacking = { may: false, reason: `You lack the permission "${raw}"` }
  assert.deepEqual(secretCan.read(ben, secret(bens)), lacking)
  assert.deepEqual([secretCan.read(reader, secret(bens)).may, secretCan.read(reader, secret(shared)).may], [true, true])
  assert.equal(secretCan.read({ ...ben, permissions: ['tenant.all'] }, secret(shared)).may, true)
  assert.deepEqual(secretCan.read(admin, secret(bens, shared)), { may: false, reason: 'Only its owners may' })
  assert.equal(secretCan.read({ ...reader, tenant: 'another' }, secret(shared)).may, false)
})

test('secretCan keeps the last owner, and values to be typed where they are typed', () => {
  assert.deepEqual(
    [secretCan.takeOwner(ben, secret(bens)).may, secretCan.takeOwner(ben, secret(bens, shared)).may],
    [false, true],
  )
  assert.deepEqual(
    [secretCan.share(ben, secret(bens)).may, secretCan.share(ben, secret(bens, shared)).may],
    [true, false],
  )
  assert.equal(secretCan.replace(ben, { ...secret(bens), type: 'OA2_AUTHORIZATION_CODE' }).may, false)
  assert.deepEqual([secretCan.create(ben).may, secretCan.create(admin).may], [true, false])
})

test('secretCan.change() is for owners in person, and where there is none for who of the tenant may see it in clear', () => {
  const cleo = { ...reader, id: 'cleo' }
  assert.equal(secretCan.change(ben, secret(bens, shared)).may, true)
  assert.deepEqual(secretCan.change(cleo, secret(bens, shared)), {
    may: false,
    reason: 'Only who owns it in person may',
  })
  assert.deepEqual(
    [secretCan.change(cleo, secret(shared)).may, secretCan.change(ben, secret(shared)).may],
    [true, false],
  )
  assert.equal(secretCan.change(admin, secret(bens)).may, true)
  assert.equal(secretCan.share(cleo, secret(bens)).may, false)
})

test('ownershipOf() is the entry that the hub takes first', () => {
  assert.deepEqual(ownershipOf(ben, secret(shared, bens)), bens)
  assert.deepEqual(ownershipOf({ ...ben, id: 'cleo' }, secret(bens, shared)), shared)
  assert.equal(ownershipOf(admin, secret(bens, shared)), undefined)
})
