import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HubError } from '#lib/errors'
import type { Principal } from '#lib/principal'
import { permissionCatalogue } from '../permissions.ts'
import type { Role } from '../role/role.ts'
import { checkGrant, defaultRoles, type Grant, tenantToCreateIn } from './grant.ts'

const [own, other] = ['018f2b7a-0000-7000-8000-00000000000a', '018f2b7a-0000-7000-8000-00000000000b']
const catalogue = permissionCatalogue([{ name: 'flows.read', scope: 'tenant', description: '' }])

function principal(permissions: string[], tenant?: string): Principal {
  return { kind: 'user', id: 'p', tokenId: 't', permissions: new Set(permissions), ...(tenant ? { tenant } : {}) }
}
const admin = principal(['all'])
const boss = principal(['tenant.all'], own)
const clerk = principal(['tenant.account.create', 'tenant.profile.read'], own)

function role(id: string, permissions: string[], more: Partial<Role> = {}): Role {
  return { id, tenantId: own, platform: false, name: id, description: '', permissions, ...more }
}
const ofHub = role('hub', ['tenant.profile.read'], { tenantId: undefined })
const ofPlatform = role('platform', ['all'], { tenantId: undefined, platform: true })
const ofOther = role('other', ['tenant.profile.read'], { tenantId: other })
const ofOwn = role('own', ['tenant.profile.read'])
const strong = role('strong', ['tenant.profile.read', 'flows.read'])
const sly = role('sly', ['iam.tenant.create'])

function grant(roles: Role[], permissions: string[] = [], tenantId: string | undefined = own): Grant {
  return { tenantId, roleIds: roles.map(({ id }) => id), roles, permissions }
}
const refusal = (by: Principal, asked: Grant) => {
  try {
    checkGrant(by, catalogue, asked)
    return undefined
  } catch (error) {
    assert.ok(error instanceof HubError)
    return [error.code, error.faults[0]?.field]
  }
}

test('tenantToCreateIn() is the own tenant for all but those who see everything', () => {
  assert.equal(tenantToCreateIn(boss, undefined), own)
  assert.equal(tenantToCreateIn(boss, own.toUpperCase()), own)
  assert.equal(tenantToCreateIn(admin, other), other)
  assert.equal(tenantToCreateIn(admin, undefined), undefined)
  for (const refused of [
    () => tenantToCreateIn(boss, other),
    () => tenantToCreateIn(principal(['tenant.all']), undefined),
  ]) {
    assert.throws(refused, (error) => error instanceof HubError && error.code === 'forbidden')
  }
})

test('checkGrant() lets a tenant give its own roles and what the giver has, and nothing else', () => {
  assert.equal(refusal(boss, grant([ofOwn, strong], ['tenant.all', 'flows.read'])), undefined)
  assert.equal(refusal(clerk, grant([ofOwn], ['tenant.profile.read'])), undefined)
  for (const refused of [ofHub, ofPlatform, ofOther, sly]) {
    assert.deepEqual(refusal(boss, grant([ofOwn, refused])), ['forbidden', 'roles[1]'])
  }
  assert.deepEqual(refusal(boss, { ...grant([]), roleIds: ['missing'] }), ['forbidden', 'roles[0]'])
  assert.deepEqual(refusal(clerk, grant([strong])), ['forbidden', 'roles[0]'])
  for (const refused of ['all', 'iam.token.introspect', 'unknown']) {
    assert.deepEqual(refusal(boss, grant([], [refused])), ['forbidden', 'permissions[0]'])
  }
  assert.deepEqual(refusal(clerk, grant([], ['tenant.all'])), ['forbidden', 'permissions[0]'])
})

test('checkGrant() lets an admin give what exists and fits', () => {
  assert.equal(refusal(admin, grant([ofHub, ofPlatform, ofOwn, sly], ['all', 'iam.token.introspect'])), undefined)
  assert.equal(refusal(admin, { ...grant([ofPlatform]), tenantId: undefined }), undefined)
  assert.deepEqual(refusal(admin, grant([ofOther])), ['invalid-body', 'roles[0]'])
  assert.deepEqual(refusal(admin, { ...grant([ofHub]), tenantId: undefined }), ['invalid-body', 'roles[0]'])
  assert.deepEqual(refusal(admin, { ...grant([]), roleIds: ['missing'] }), ['not-found', 'roles[0]'])
  assert.deepEqual(refusal(admin, grant([], ['unknown'])), ['invalid-body', 'permissions[0]'])
})

test('defaultRoles() gives the role of a plain user unless it holds more than the giver', () => {
  assert.deepEqual(defaultRoles(boss, catalogue, own, ofHub), [ofHub])
  assert.deepEqual(defaultRoles(admin, catalogue, own, ofHub), [ofHub])
  assert.deepEqual(defaultRoles(clerk, catalogue, own, strong), [])
  assert.deepEqual(defaultRoles(admin, catalogue, undefined, ofHub), [])
})
