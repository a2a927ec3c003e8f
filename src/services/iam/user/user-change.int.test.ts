import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { v7 as uuidv7 } from 'uuid'
import { ADMIN_PASSWORD, createTestHub, createTwoTenants, type TestHub } from '../../../../test/support/iam-hub.ts'
import { ADMIN_ROLE, TENANT_ADMIN_ROLE, USER_ROLE } from '../role/role.ts'

const users = '/iam/api/v1/users'

/** The events that a piece of work brings about. */
async function during(hub: TestHub, work: () => Promise<unknown>) {
  const before = (await hub.events()).length
  await work()
  return (await hub.events()).slice(before)
}

/** A user of the tenant of `boss` who may change users and nothing else. */
async function clerk(hub: TestHub, { boss }: { boss: string }): Promise<string> {
  const body = { username: 'clerk', password: 'clerk-password', roles: [], permissions: ['tenant.account.update'] }
  const made = await hub.call('POST', users, { token: boss, body })
  assert.equal(made.status, 200, JSON.stringify(made.body))
  return hub.login('clerk', 'clerk-password')
}

describe('PATCH /users/:id', () => {
  test('changes what is given and tells of it, without what is personal (cases 16, 17)', async (t) => {
    const hub = await createTestHub(t)
    const { a } = await createTwoTenants(hub)
    const body = { firstname: 'Jane', status: 'DISABLED', confirmed: true }
    const events = await during(hub, async () => {
      const answer = await hub.call('PATCH', `${users}/${a.plainId}`, { token: a.boss, body })
      assert.partialDeepStrictEqual(answer, { status: 200, body })
    })
    assert.deepEqual(events, [
      {
        name: 'iam.user.modified',
        payload: {
          ...{ user: a.bossId, tenant: a.tenant, id: a.plainId, changed: ['firstname', 'status', 'confirmed'] },
          before: { status: 'ACTIVE', confirmed: false },
          after: { status: 'DISABLED', confirmed: true },
        },
      },
    ])
    assert.equal((await hub.call('GET', `${users}/me`, { token: a.plain })).status, 401)
    const { body: read } = await hub.call('GET', `${users}/${a.plainId}`, { token: a.boss })
    assert.partialDeepStrictEqual(read, body)
  })

  test('tells of no change where nothing changes, and takes names away by null', async (t) => {
    const hub = await createTestHub(t)
    const { a } = await createTwoTenants(hub)
    const patch = (body: object) => hub.call('PATCH', `${users}/${a.plainId}`, { token: a.boss, body })
    await patch({ firstname: 'Jane', roles: [USER_ROLE] })
    const events = await during(hub, () => patch({ firstname: 'Jane', status: 'ACTIVE', roles: [USER_ROLE] }))
    assert.deepEqual(events, [])
    assert.equal('firstname' in (await patch({ firstname: null })).body, false)
    for (const body of [
      { username: null },
      { status: 'GONE' },
      { password: 'short' },
      { kind: 'service' },
      { id: uuidv7() },
    ]) {
      assert.equal((await patch(body)).status, 400, JSON.stringify(body))
    }
  })

  test('gives a new password, which ends the logins of before (case 17)', async (t) => {
    const hub = await createTestHub(t)
    const { a } = await createTwoTenants(hub)
    const events = await during(hub, () =>
      hub.call('PATCH', `${users}/${a.plainId}`, { token: a.boss, body: { password: 'another-password' } }),
    )
    assert.deepEqual(
      events.map(({ name, payload }) => [name, payload.reason ?? payload.changed]),
      [
        ['iam.token.deleted', 'revoked'],
        ['iam.user.modified', ['password']],
      ],
    )
    assert.doesNotMatch(JSON.stringify(events), /another-password|argon2/)
    assert.equal((await hub.call('GET', `${users}/me`, { token: a.plain })).status, 401)
    await hub.login('plain-a', 'another-password')
    const old = await hub.call('POST', '/iam/login', { body: { username: 'plain-a', password: 'plain-a-password' } })
    assert.equal(old.status, 401)
    const mine = await hub.call('PATCH', `${users}/${a.bossId}`, {
      token: a.boss,
      body: { password: 'new-boss-password' },
    })
    assert.equal(mine.status, 200)
    assert.equal((await hub.call('GET', `${users}/me`, { token: a.boss })).status, 200)
  })

  test('of another tenant finds nobody and changes nothing (case 19, weakness 20)', async (t) => {
    const hub = await createTestHub(t)
    const { a, b } = await createTwoTenants(hub)
    const { body: me } = await hub.call('GET', `${users}/me`, { token: await hub.login('admin', ADMIN_PASSWORD) })
    const events = await during(hub, async () => {
      for (const id of [b.plainId, b.bossId, me.id, uuidv7()]) {
        for (const method of ['PATCH', 'PUT']) {
          const body = { username: 'mine-now', password: 'mine-now-password' }
          assert.equal((await hub.call(method, `${users}/${id}`, { token: a.boss, body })).status, 404, id)
        }
      }
      assert.equal((await hub.call('PATCH', `${users}/${a.bossId}`, { token: a.plain, body: {} })).status, 403)
    })
    assert.deepEqual(events, [])
  })

  test('leaves the account of one who belongs to others too alone, and sets what it may do here', async (t) => {
    const hub = await createTestHub(t)
    const { admin, a, b } = await createTwoTenants(hub)
    const joined = await hub.call('PUT', `/iam/api/v1/tenants/${b.tenant}/users/${a.plainId}`, {
      token: admin,
      body: {},
    })
    assert.equal(joined.status, 200, JSON.stringify(joined.body))
    for (const [token, body] of [
      [a.boss, { password: 'taken-over-1' }],
      [b.boss, { password: 'taken-over-2' }],
      [b.boss, { status: 'DISABLED' }],
    ] as const) {
      assert.equal((await hub.call('PATCH', `${users}/${a.plainId}`, { token, body })).status, 403)
    }
    const given = { permissions: ['flows.read'] }
    assert.equal((await hub.call('PATCH', `${users}/${a.plainId}`, { token: b.boss, body: given })).status, 200)
    const read = async (token: string) => (await hub.call('GET', `${users}/${a.plainId}`, { token })).body.permissions
    assert.deepEqual([await read(a.boss), await read(b.boss)], [[], ['flows.read']])
    await hub.login('plain-a', 'plain-a-password')
  })

  test("changes nobody who may do more: no password of a superior, no role beyond one's own", async (t) => {
    const hub = await createTestHub(t)
    const { admin, a } = await createTwoTenants(hub)
    const token = await clerk(hub, a)
    const patch = (id: string, body: object, by = token) => hub.call('PATCH', `${users}/${id}`, { token: by, body })
    assert.equal((await patch(a.bossId, { password: 'taken-over-1' })).status, 403)
    assert.equal((await patch(a.bossId, { roles: [] })).status, 403)
    const { body: made } = await hub.call('POST', users, {
      token: a.boss,
      body: { username: 'nobody', password: 'nobody-password', roles: [] },
    })
    assert.equal((await patch(made.id, { firstname: 'No' })).status, 200)
    for (const body of [
      { permissions: ['flows.read'] },
      { permissions: ['tenant.all'] },
      { permissions: ['all'] },
      { roles: [TENANT_ADMIN_ROLE] },
      { roles: [ADMIN_ROLE] },
      { roles: [uuidv7()] },
    ]) {
      assert.equal((await patch(made.id, body)).status, 403, JSON.stringify(body))
    }
    const { body: me } = await hub.call('GET', `${users}/me`, { token })
    assert.equal((await patch(me.id, { permissions: ['tenant.account.update', 'tenant.all'] })).status, 403)
    const platform = await patch(a.plainId, { roles: [USER_ROLE, ADMIN_ROLE] }, admin)
    assert.equal(platform.status, 200, JSON.stringify(platform.body))
    // A platform administrator is a member of the tenant, and still none of its administrator's.
    assert.equal((await patch(a.plainId, { password: 'taken-over-1' }, a.boss)).status, 403)
    assert.equal((await patch(a.plainId, { roles: [] }, a.boss)).status, 403)
  })

  test('refuses a name that another has, and keeps to one spelling', async (t) => {
    const hub = await createTestHub(t)
    const { a } = await createTwoTenants(hub)
    const patch = (username: string) =>
      hub.call('PATCH', `${users}/${a.plainId}`, { token: a.boss, body: { username } })
    for (const taken of ['plain-b', 'ADMIN', 'ｂｏｓｓ-a']) assert.equal((await patch(taken)).status, 409, taken)
    assert.equal((await patch('PLAIN-A')).status, 200)
    assert.equal((await patch('two words')).status, 400)
    assert.equal((await patch('Renamed')).body.username, 'renamed')
    await hub.login('renamed', 'plain-a-password')
  })

  test('never takes the last administrator, also when two take each other', async (t) => {
    const hub = await createTestHub(t)
    const admin = await hub.login('admin', ADMIN_PASSWORD)
    const { body: me } = await hub.call('GET', `${users}/me`, { token: admin })
    const disable = (id: string, token: string) =>
      hub.call('PATCH', `${users}/${id}`, { token, body: { status: 'DISABLED' } })
    assert.equal((await disable(me.id, admin)).status, 409)
    assert.equal((await hub.call('PATCH', `${users}/${me.id}`, { token: admin, body: { roles: [] } })).status, 409)
    assert.equal((await hub.call('DELETE', `${users}/${me.id}`, { token: admin })).status, 409)
    const body = { username: 'second', password: 'second-password', roles: [ADMIN_ROLE] }
    const { body: made } = await hub.call('POST', users, { token: admin, body })
    const second = await hub.login('second', 'second-password')
    const answers = await Promise.all([disable(made.id, admin), disable(me.id, second)])
    assert.equal(
      answers.filter(({ status }) => status === 200).length,
      1,
      JSON.stringify(answers.map(({ status }) => status)),
    )
  })
})

describe('PUT /users/:id', () => {
  test('replaces the account; password and rights stay unless given (case 16, weakness 27)', async (t) => {
    const hub = await createTestHub(t)
    const { a } = await createTwoTenants(hub)
    await hub.call('PATCH', `${users}/${a.plainId}`, { token: a.boss, body: { firstname: 'Jane', confirmed: true } })
    const body = { username: 'plain-a', lastname: 'Doe', status: 'ACTIVE' }
    const answer = await hub.call('PUT', `${users}/${a.plainId}`, { token: a.boss, body })
    assert.partialDeepStrictEqual(answer, { status: 200, body: { ...body, confirmed: false } })
    assert.equal('firstname' in answer.body, false)
    assert.equal(answer.body.roles.length, 1)
    await hub.login('plain-a', 'plain-a-password')
    assert.equal(
      (await hub.call('PUT', `${users}/${a.plainId}`, { token: a.boss, body: { lastname: 'Doe' } })).status,
      400,
    )
    assert.equal((await hub.call('PUT', `${users}/${uuidv7()}`, { token: a.boss, body })).status, 404)
  })
})

describe('PATCH /users/me', () => {
  test("changes one's own names and nothing else", async (t) => {
    const hub = await createTestHub(t)
    const { a } = await createTwoTenants(hub)
    const answer = await hub.call('PATCH', `${users}/me`, {
      token: a.plain,
      body: { firstname: 'Jane', lastname: null },
    })
    assert.partialDeepStrictEqual(answer, { status: 200, body: { id: a.plainId, firstname: 'Jane' } })
    for (const body of [
      { status: 'ACTIVE' },
      { permissions: ['all'] },
      { username: 'x' },
      { password: 'some-password' },
    ]) {
      assert.equal((await hub.call('PATCH', `${users}/me`, { token: a.plain, body })).status, 400, JSON.stringify(body))
    }
  })
})

describe('DELETE /users/:id', () => {
  test('deletes the user with its tokens, and tells of it (case 20)', async (t) => {
    const hub = await createTestHub(t)
    const { admin, a } = await createTwoTenants(hub)
    const events = await during(hub, async () => {
      assert.equal((await hub.call('DELETE', `${users}/${a.plainId}`, { token: a.boss })).status, 403)
      assert.equal((await hub.call('DELETE', `${users}/${a.plainId}`, { token: admin })).status, 200)
    })
    assert.deepEqual(
      events.map(({ name, payload }) => [name, payload.accountId ?? payload.id, payload.reason ?? payload.tenantId]),
      [
        ['iam.token.deleted', a.plainId, 'accountDeleted'],
        ['iam.user.deleted', a.plainId, a.tenant],
      ],
    )
    assert.equal((await hub.call('GET', `${users}/me`, { token: a.plain })).status, 401)
    for (const id of [a.plainId, uuidv7()]) {
      assert.equal((await hub.call('DELETE', `${users}/${id}`, { token: admin })).status, 404)
    }
    assert.equal((await hub.call('DELETE', `${users}/123`, { token: admin })).status, 400)
    assert.deepEqual(await during(hub, () => hub.call('DELETE', `${users}/${a.plainId}`, { token: admin })), [])
  })
})
