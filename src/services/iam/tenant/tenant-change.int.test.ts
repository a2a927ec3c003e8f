import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { v7 as uuidv7 } from 'uuid'
import type { Tx } from '#lib/postgres'
import { createTestHub, createTwoTenants, untilWaiting } from '../../../../test/support/iam-hub.ts'
import { actingNow } from '../acting.ts'
import { permissions } from '../permissions.ts'
import { TENANT_ADMIN_ROLE } from '../role/role.ts'
import { lockUser } from '../user/user-store.ts'

const tenants = '/iam/api/v1/tenants'
const users = '/iam/api/v1/users'

describe('a tenant', () => {
  test('is changed and replaced by administrators, its profile by its own (cases 22, 25)', async (t) => {
    const hub = await createTestHub(t)
    const { admin, a, b } = await createTwoTenants(hub)
    const call = (method: string, token: string, body: object, id = a.tenant) =>
      hub.call(method, `${tenants}/${id}`, { token, body })
    assert.equal((await call('PATCH', a.plain, { name: 'Mine' })).status, 403)
    assert.equal((await call('PATCH', a.boss, { name: 'Mine' }, b.tenant)).status, 404)
    assert.equal((await call('PUT', a.boss, { name: 'Mine' }, uuidv7())).status, 404)
    assert.partialDeepStrictEqual(await call('PATCH', a.boss, { name: 'Mine' }), {
      status: 200,
      body: { name: 'Mine' },
    })
    const whole = { name: 'Whole', confirmed: false, status: 'DISABLED' }
    assert.partialDeepStrictEqual(await call('PUT', admin, whole), { status: 200, body: whole })
    assert.partialDeepStrictEqual((await hub.call('GET', `${tenants}/${a.tenant}`, { token: admin })).body, whole)
    const events = await hub.events('iam.tenant.modified')
    assert.deepEqual(
      events.map(({ payload }) => [payload.changed, payload.before, payload.after]),
      [
        [['name'], { name: 'a' }, { name: 'Mine' }],
        [
          ['name', 'status', 'confirmed'],
          { name: 'Mine', status: 'ACTIVE', confirmed: true },
          { name: 'Whole', status: 'DISABLED', confirmed: false },
        ],
      ],
    )
    assert.equal((await hub.call('GET', `${users}/me`, { token: a.boss })).status, 401)
    for (const body of [{ name: '' }, { name: ' ' }, { status: 'GONE' }, { id: uuidv7() }]) {
      assert.equal((await call('PATCH', admin, body)).status, 400, JSON.stringify(body))
    }
  })

  test('goes with the users who belong to nothing else, and with an event for each thing (weakness 17)', async (t) => {
    const hub = await createTestHub(t)
    const { admin, a, b } = await createTwoTenants(hub)
    const join = `${tenants}/${b.tenant}/users/${a.plainId}`
    assert.equal((await hub.call('PUT', join, { token: admin, body: {} })).status, 200)
    const { body: role } = await hub.call('POST', '/iam/api/v1/roles', { token: a.boss, body: { name: 'Own' } })
    const seen = (await hub.events()).length
    assert.equal((await hub.call('DELETE', `${tenants}/${a.tenant}`, { token: a.boss })).status, 403)
    assert.equal((await hub.call('DELETE', `${tenants}/${a.tenant}`, { token: admin })).status, 200)
    const events = (await hub.events()).slice(seen)
    assert.deepEqual(
      events.map(({ name, payload }) => [name, payload.id]).filter(([name]) => name !== 'iam.token.deleted'),
      [
        ['iam.user.deleted', a.bossId],
        ['iam.user.removedFromTenant', a.plainId],
        ['iam.role.deleted', role.id],
        ['iam.tenant.deleted', a.tenant],
      ],
    )
    assert.equal(events.filter(({ name }) => name === 'iam.token.deleted').length, 2)
    for (const token of [a.boss, a.plain]) assert.equal((await hub.call('GET', `${users}/me`, { token })).status, 401)
    const { body: me } = await hub.call('GET', `${users}/me`, { token: await hub.login('plain-a', 'plain-a-password') })
    assert.equal(me.tenant, b.tenant)
    assert.equal((await hub.call('DELETE', `${tenants}/${a.tenant}`, { token: admin })).status, 404)
    assert.equal((await hub.call('DELETE', `${tenants}/123`, { token: admin })).status, 400)
  })

  test('is deleted once who changes a member or acts in it is done, and who comes meanwhile comes too late', async (t) => {
    const hub = await createTestHub(t)
    const { admin, a, b } = await createTwoTenants(hub)
    await hub.call('PUT', `${tenants}/${b.tenant}/users/${a.plainId}`, { token: admin, body: {} })
    const boss = await hub.iam.lookupToken(b.boss)
    assert.ok(boss)
    const clock = () => new Date()
    const holds = [
      // Within the other tenant of the user, which sees nothing of this one.
      { of: a, hold: (tx: Tx) => lockUser(tx, a.plainId) },
      { of: b, hold: (tx: Tx) => actingNow({ clock }, tx, boss, permissions.memberUpdate) },
    ]
    for (const { of, hold } of holds) {
      const deleted = await hub.db.transaction({ tenant: b.tenant }, async (tx) => {
        await hold(tx)
        const deleting = hub.call('DELETE', `${tenants}/${of.tenant}`, { token: admin })
        await untilWaiting(hub, 1, deleting)
        const changing = hub.call('PATCH', `${users}/${of.bossId}`, { token: of.boss, body: { firstname: 'Late' } })
        await untilWaiting(hub, 2, changing)
        assert.equal((await hub.call('GET', `${tenants}/${of.tenant}`, { token: admin })).status, 200)
        return { deleting, changing }
      })
      assert.equal((await deleted.deleting).status, 200)
      assert.equal((await deleted.changing).status, 401)
    }
  })

  test('of thousands goes in one go, with an event for each', async (t) => {
    const hub = await createTestHub(t)
    const { admin, a } = await createTwoTenants(hub)
    const count = 2_500
    await hub.superuser.query(
      `with new as (
         insert into iam.user (id, kind, username, status, created_at, changed_at)
         select gen_random_uuid(), 'user', 'user-' || n, 'ACTIVE', now(), now() from generate_series(1, $2) n returning id),
       members as (
         insert into iam.membership (user_id, tenant_id, is_default, created_at) select id, $1, true, now() from new returning user_id)
       insert into iam.token (id, user_id, tenant_id, type, created_at) select gen_random_uuid(), user_id, null, 'PERSISTENT', now() from members`,
      [a.tenant, count],
    )
    assert.equal((await hub.call('DELETE', `${tenants}/${a.tenant}`, { token: admin })).status, 200)
    const told = (await hub.events('iam.user.deleted')).map(({ payload }) => payload.id)
    assert.deepEqual([told.length, new Set(told).size], [count + 2, count + 2])
    const tokens = (await hub.events('iam.token.deleted')).map(({ payload }) => payload.reason)
    assert.equal(tokens.filter((reason) => reason === 'accountDeleted').length, count)
    assert.deepEqual(await hub.superuser.query(`select from iam.user where username like 'user-%'`), [])
  })

  test('that an administrator of the hub belongs to leaves the administrator behind', async (t) => {
    const hub = await createTestHub(t)
    const { admin } = await createTwoTenants(hub)
    const { body: me } = await hub.call('GET', `${users}/me`, { token: admin })
    assert.equal((await hub.call('DELETE', `${tenants}/${me.tenant}`, { token: admin })).status, 200)
    const again = await hub.login('admin', 'correct horse battery')
    assert.partialDeepStrictEqual(await hub.call('GET', `${users}/me`, { token: again }), {
      status: 200,
      body: { isAdmin: true },
    })
  })

  test('has a key for those who may, sealed where it lies (case 23)', async (t) => {
    const hub = await createTestHub(t)
    const { admin, a, b } = await createTwoTenants(hub)
    const key = (method: string, token: string, body?: object, id = a.tenant) =>
      hub.call(method, `${tenants}/${id}/key`, { token, ...(body && { body }) })
    assert.deepEqual((await key('GET', admin)).body, { key: null })
    assert.equal((await key('POST', admin, { value: 'the key of a' })).status, 200)
    assert.deepEqual((await key('GET', admin)).body, { key: 'the key of a' })
    const rows = await hub.superuser.query<{ sealed: Buffer }>('select sealed from iam.tenant_key')
    assert.ok(!rows[0]?.sealed.includes('the key of a'))
    await hub.superuser.query('update iam.tenant_key set tenant_id = $1', [b.tenant])
    assert.equal((await key('GET', admin, undefined, b.tenant)).status, 500)
    await hub.superuser.query('update iam.tenant_key set tenant_id = $1', [a.tenant])
    assert.equal((await key('DELETE', admin)).status, 200)
    assert.deepEqual((await key('GET', admin)).body, { key: null })
    for (const token of [a.boss, a.plain]) {
      for (const method of ['GET', 'DELETE']) assert.equal((await key(method, token)).status, 403)
    }
    assert.equal((await key('GET', admin, undefined, uuidv7())).status, 404)
    assert.doesNotMatch(JSON.stringify([await hub.events(), hub.logs]), /the key of a/)
  })
})

describe('a membership', () => {
  test('is given by administrators of the hub, and a login switches to it', async (t) => {
    const hub = await createTestHub(t)
    const { admin, a, b } = await createTwoTenants(hub)
    const join = `${tenants}/${b.tenant}/users/${a.plainId}`
    assert.equal((await hub.call('PUT', join, { token: b.boss, body: {} })).status, 404)
    const body = { permissions: ['flows.read'] }
    assert.partialDeepStrictEqual(await hub.call('PUT', join, { token: admin, body }), {
      status: 200,
      body: { id: a.plainId, tenant: b.tenant, permissions: ['flows.read'] },
    })
    const mine = await hub.call('GET', `${users}/me/memberships`, { token: a.plain })
    assert.deepEqual(
      mine.body.data.map(({ tenant, isDefault, isCurrent }: Record<string, unknown>) => [tenant, isDefault, isCurrent]),
      [
        [a.tenant, true, true],
        [b.tenant, false, false],
      ],
    )
    const change = (tenant: string, token = a.plain) =>
      hub.call('POST', `${users}/me/tenant`, { token, body: { tenant } })
    const switched = await change(b.tenant)
    assert.equal(switched.status, 200, JSON.stringify(switched.body))
    const { body: me } = await hub.call('GET', `${users}/me`, { token: switched.body.token })
    assert.deepEqual([me.tenant, me.permissions], [b.tenant, ['flows.read']])
    assert.equal((await hub.call('GET', `${users}/me`, { token: a.plain })).body.tenant, a.tenant)
    assert.equal((await change(uuidv7())).status, 404)
    assert.equal((await change('0'.repeat(8))).status, 400)
    assert.equal((await change(a.tenant, b.plain)).status, 404)
    await hub.superuser.query(`update iam.tenant set status = 'DISABLED' where id = $1`, [b.tenant])
    assert.equal((await change(b.tenant)).status, 404)
    assert.equal((await hub.call('GET', `${users}/me`, { token: switched.body.token })).status, 401)
  })

  test('is seen by administrators of the hub with all others of the user, by a tenant alone', async (t) => {
    const hub = await createTestHub(t)
    const { admin, a, b } = await createTwoTenants(hub)
    const body = { roles: [TENANT_ADMIN_ROLE], permissions: ['flows.read'] }
    await hub.call('PUT', `${tenants}/${b.tenant}/users/${a.plainId}`, { token: admin, body })
    const seenBy = async (token: string, id = a.plainId) => {
      const { status, body } = await hub.call('GET', `${users}/${id}/memberships`, { token })
      return status === 200
        ? body.data.map(({ name, isDefault, roles, permissions }: Record<string, { name: string }[]>) => {
            return [name, isDefault, roles?.map((role) => role.name), permissions]
          })
        : status
    }
    const [inA, inB] = [
      ['a', true, ['USER'], []],
      ['b', false, ['TENANT_ADMIN'], ['flows.read']],
    ]
    assert.deepEqual(await seenBy(admin), [inA, inB])
    assert.deepEqual(await seenBy(a.boss), [inA])
    assert.deepEqual(await seenBy(b.boss), [inB])
    assert.deepEqual([await seenBy(a.plain), await seenBy(a.boss, b.plainId)], [403, 404])
  })

  test('is switched in a browser by a new cookie; the old one is in force no longer', async (t) => {
    const hub = await createTestHub(t)
    const { admin, a, b } = await createTwoTenants(hub)
    await hub.call('PUT', `${tenants}/${b.tenant}/users/${a.plainId}`, { token: admin, body: {} })
    const login = await hub.call('POST', '/iam/session', {
      body: { username: 'plain-a', password: 'plain-a-password' },
    })
    const cookieOf = (headers: Headers) => headers.get('set-cookie')?.split(';')[0] ?? ''
    const cookie = cookieOf(login.headers)
    const sameOrigin = { 'sec-fetch-site': 'same-origin' }
    const switched = await hub.call('POST', `${users}/me/tenant`, {
      headers: { cookie, ...sameOrigin },
      body: { tenant: b.tenant },
    })
    assert.equal(switched.status, 200, JSON.stringify(switched.body))
    assert.deepEqual(Object.keys(switched.body), ['id'])
    const next = cookieOf(switched.headers)
    assert.equal(
      (await hub.call('GET', `${users}/me`, { headers: { cookie: next, ...sameOrigin } })).body.tenant,
      b.tenant,
    )
    assert.equal((await hub.call('GET', `${users}/me`, { headers: { cookie, ...sameOrigin } })).status, 401)
  })

  test('ends with its tokens; one who belongs to nothing else is deleted (case 41, weakness 21)', async (t) => {
    const hub = await createTestHub(t)
    const { admin, a, b } = await createTwoTenants(hub)
    await hub.call('PUT', `${tenants}/${b.tenant}/users/${a.plainId}`, { token: admin, body: {} })
    const end = (tenant: string, id: string, token: string) =>
      hub.call('DELETE', `${tenants}/${tenant}/user/${id}`, { token })
    assert.equal((await end(a.tenant, b.plainId, a.boss)).status, 404)
    assert.equal((await end(b.tenant, b.plainId, a.boss)).status, 404)
    assert.equal((await end(a.tenant, a.bossId, a.plain)).status, 403)
    const seen = (await hub.events()).length
    assert.equal((await end(a.tenant, a.plainId, a.boss)).status, 200)
    assert.equal((await hub.call('GET', `${users}/me`, { token: a.plain })).status, 401)
    const moved = await hub.login('plain-a', 'plain-a-password')
    assert.equal((await hub.call('GET', `${users}/me`, { token: moved })).body.tenant, b.tenant)
    assert.equal((await end(b.tenant, a.plainId, b.boss)).status, 200)
    assert.equal((await hub.call('GET', `${users}/${a.plainId}`, { token: admin })).status, 404)
    const told = (await hub.events()).slice(seen).map(({ name }) => name)
    assert.deepEqual(
      told.filter((name) => name !== 'iam.token.created'),
      [
        'iam.token.deleted',
        'iam.user.removedFromTenant',
        'iam.token.deleted',
        'iam.user.removedFromTenant',
        'iam.user.deleted',
      ],
    )
    const again = { username: 'plain-a', password: 'plain-a-password' }
    assert.equal((await hub.call('POST', users, { token: a.boss, body: again })).status, 200)
  })

  test('lists those of the tenant, each as seen there', async (t) => {
    const hub = await createTestHub(t)
    const { admin, a, b } = await createTwoTenants(hub)
    await hub.call('PUT', `${tenants}/${b.tenant}/users/${a.plainId}`, {
      token: admin,
      body: { permissions: ['flows.read'] },
    })
    const list = await hub.call('GET', `${tenants}/${b.tenant}/users?meta=true`, { token: admin })
    assert.deepEqual(
      list.body.data.map(({ username, tenant, permissions }: Record<string, unknown>) => [
        username,
        tenant,
        permissions,
      ]),
      [
        ['plain-a', b.tenant, ['flows.read']],
        ['boss-b', b.tenant, []],
        ['plain-b', b.tenant, []],
      ],
    )
    assert.equal((await hub.call('GET', `${tenants}/${b.tenant}/users`, { token: b.boss })).body.length, 3)
    assert.equal((await hub.call('GET', `${tenants}/${b.tenant}/users`, { token: a.boss })).status, 404)
    assert.equal((await hub.call('GET', `${tenants}/${uuidv7()}/users`, { token: admin })).status, 404)
  })
})
