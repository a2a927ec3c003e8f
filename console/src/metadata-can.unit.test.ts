import assert from 'node:assert/strict'
import { test } from 'node:test'
import { metadataCan } from './metadata-can.ts'

const tenant = '01a20b7c-88ee-741b-861e-e2ec48bf93b6'
const crud = 'metadata.domains.crud'
const ben = { id: 'ben', tenant, permissions: [] as string[] }
const modeller = { ...ben, id: 'mo', permissions: [crud] }
const admin = { id: 'admin', permissions: ['all'] }
const bens = { owners: [{ id: 'ben' }], tenant }

test('metadataCan.change() is for the owner, for who has the permission in its tenant, and for administrators of the hub', () => {
  const may = [ben, modeller, { ...modeller, permissions: ['tenant.all'] }, admin]
  assert.deepEqual(
    may.map((me) => metadataCan.change(me, bens).may),
    [true, true, true, true],
  )
  const cleo = { ...ben, id: 'cleo' }
  assert.deepEqual(metadataCan.change(cleo, bens), { may: false, reason: `You lack the permission "${crud}"` })
})

test('metadataCan.change() leaves what is another tenant’s or the hub’s, public or not, and what one owned in another tenant', () => {
  const elsewhere = { may: false, reason: 'It belongs to another tenant' }
  assert.deepEqual(metadataCan.change({ ...modeller, tenant: 'another' }, bens), elsewhere)
  assert.deepEqual(metadataCan.change({ ...ben, tenant: 'another' }, bens), elsewhere)
  const hubs = { owners: [{ id: 'admin' }] }
  assert.deepEqual(metadataCan.change(modeller, hubs), { may: false, reason: 'It is the hub’s' })
  assert.equal(metadataCan.change(admin, hubs).may, true)
  assert.deepEqual(metadataCan.change(admin, { owners: [] }), { may: false, reason: 'The hub alone changes it' })
})

test('metadataCan.publish() is for administrators of the hub, taking it back is not', () => {
  assert.deepEqual(
    [undefined, { public: false }, { public: true }].map((domain) => metadataCan.publish(modeller, domain).may),
    [false, false, true],
  )
  assert.equal(metadataCan.publish(admin).may, true)
  assert.deepEqual([metadataCan.create(modeller).may, metadataCan.create(ben).may], [true, false])
  assert.equal(metadataCan.create({ id: 'x', permissions: [crud] }).may, false)
})
