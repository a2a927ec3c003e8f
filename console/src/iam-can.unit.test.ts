import assert from 'node:assert/strict'
import { test } from 'node:test'
import { iamCan } from './iam-can.ts'

const tenant = '01a20b7c-88ee-741b-861e-e2ec48bf93b6'
const admin = { id: 'admin', permissions: ['all'] }
const tenantAdmin = { id: 'anna', tenant, permissions: ['tenant.all'] }
const user = { id: 'ben', tenant, permissions: ['flows.read', 'tenant.roles.read', 'tenant.profile.read'] }
const own = { id: 'r1', isGlobal: false }
const ofHub = { id: 'r2', isGlobal: true }

test('iamCan leads each to the pages that they may see', () => {
  const pages = ['seeUsers', 'seeTenants', 'seeOwnTenantAlone', 'seeRoles', 'seeClients'] as const
  const seen = [admin, tenantAdmin, user].map((me) => pages.filter((page) => iamCan[page](me).may))
  assert.deepEqual(seen, [
    ['seeUsers', 'seeTenants', 'seeRoles', 'seeClients'],
    ['seeUsers', 'seeOwnTenantAlone', 'seeRoles'],
    ['seeOwnTenantAlone', 'seeRoles'],
  ])
  assert.equal(iamCan.seeOwnTenantAlone({ id: 'x', permissions: ['tenant.all'] }).may, false, 'of no tenant')
})

test('iamCan takes "tenant.all" for nothing beyond the tenant, and names what is missing', () => {
  assert.equal(iamCan.createUser(tenantAdmin).may, true)
  assert.equal(iamCan.createUser({ id: 'x', permissions: ['tenant.all'] }).may, false, 'of no tenant')
  const reason = 'You lack the permission "iam.account.delete"'
  assert.deepEqual(iamCan.deleteUser(tenantAdmin, user), { may: false, reason })
  assert.equal(iamCan.deleteUser({ ...user, permissions: ['iam.account.delete'] }, tenantAdmin).may, true)
  assert.equal(iamCan.exportTenant(tenantAdmin).may, false)
  assert.equal(iamCan.standTenant(tenantAdmin).may, false)
})

test('iamCan lets nobody shut themselves out', () => {
  assert.deepEqual(iamCan.deleteUser(admin, admin), { may: false, reason: 'This is you' })
  assert.equal(iamCan.standUser(tenantAdmin, tenantAdmin).may, false)
  assert.equal(iamCan.revokeToken(user, { accountId: user.id, isCurrent: true }).may, false)
})

test('iamCan keeps roles of the hub as they are, and their giving to administrators', () => {
  assert.deepEqual([iamCan.changeRole(tenantAdmin, own).may, iamCan.changeRole(admin, ofHub).may], [true, false])
  assert.deepEqual([iamCan.deleteRole(user, own).may, iamCan.deleteRole(admin, ofHub).may], [false, false])
  assert.deepEqual([iamCan.giveRole(admin, ofHub).may, iamCan.giveRole(tenantAdmin, own).may], [true, true])
  assert.equal(iamCan.giveRole(tenantAdmin, ofHub).may, false)
  assert.equal(iamCan.giveRole(tenantAdmin, ofHub, [ofHub]).may, true, 'what somebody has may stay')
})

test('iamCan lets everybody end their own tokens, and rotate those that were made', () => {
  const token = { accountId: user.id, isCurrent: false, type: 'PERSISTENT', permissions: [] }
  assert.deepEqual([iamCan.revokeToken(user, token).may, iamCan.rotateToken(user, token).may], [true, true])
  assert.equal(iamCan.rotateToken(user, { ...token, type: 'SELF' }).may, false)
  assert.deepEqual([iamCan.revokeToken(tenantAdmin, token).may, iamCan.rotateToken(admin, token).may], [true, false])
  assert.equal(iamCan.revokeToken({ ...user, id: 'other' }, token).may, false)
  const wide = { ...token, initiator: admin.id, permissions: ['logs.read'] }
  assert.deepEqual([iamCan.rotateToken(user, wide).may, iamCan.rotateToken(admin, wide).may], [false, true])
})

test('iamCan gives a secret to those applications alone that keep one', () => {
  const kinds = ['web', 'service', 'browser', 'native'].filter((type) => iamCan.renewSecret(admin, { type }).may)
  assert.deepEqual(kinds, ['web', 'service'])
})
