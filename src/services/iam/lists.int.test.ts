import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { newId } from '#lib/id'
import { createTestHub, createTwoTenants } from '../../../test/support/iam-hub.ts'

const users = '/iam/api/v1/users'
const tenants = '/iam/api/v1/tenants'
const USER_ROLE = '00000000-0000-7000-8000-000000000002'

/** Two tenants, the first with a dozen more users. */
async function setup(t: TestContext) {
  const hub = await createTestHub(t)
  const two = await createTwoTenants(hub)
  // Past the API, as a hash for each would take its time.
  const add = async (name: string, tenant = two.a.tenant, about: { firstname?: string; status?: string } = {}) => {
    const id = newId()
    const { firstname = null, status = 'ACTIVE' } = about
    await hub.superuser.query(
      `with u as (insert into iam.user (id, kind, username, firstname, lastname, status, created_at, changed_at)
                  values ($1, 'user', $2, $4, 'Octocat', $5, now(), now()))
       insert into iam.membership (user_id, tenant_id, is_default, created_at) values ($1, $3, true, now())`,
      [id, name, tenant, firstname, status],
    )
    return id
  }
  for (const n of [7, 3, 11, 1, 9, 5, 12, 2, 8, 4, 10, 6]) await add(`user-${String(n).padStart(2, '0')}`)
  const get = (path: string, token = two.a.boss) => hub.call('GET', path, { token })
  const names = (body: { username?: string; name?: string }[]) => body.map((one) => one.username ?? one.name)
  return { hub, ...two, add, get, names }
}

test('GET /users is read on by cursor, and skips and repeats nothing while users come and go', async (t) => {
  const { hub, add, get } = await setup(t)
  for (const sort of ['createdAt', '-createdAt', 'username', '-username']) {
    const seen: string[] = []
    let next: string | undefined
    let pages = 0
    do {
      const after: string = next === undefined ? '' : `&page[after]=${next}`
      const { status, body } = await get(`${users}?meta=true&page[size]=3&sort=${sort}${after}`)
      assert.equal(status, 200)
      assert.equal('page' in body.meta, next === undefined)
      seen.push(...body.data.map(({ username }: { username: string }) => username))
      next = body.meta.next
      pages += 1
      // One that was shown goes; another comes where the cursor has been. Neither moves the pages.
      if (pages === 2) {
        const gone = seen.find((name) => name.startsWith('user-'))
        await hub.superuser.query('delete from iam.user where username = $1', [gone])
        if (sort === 'username') await add('aaa-first')
        if (sort === '-username') await add('zzz-last')
      }
    } while (next !== undefined)
    assert.equal(new Set(seen).size, seen.length, sort)
    if (sort === 'username') assert.deepEqual(seen, seen.toSorted())
    if (sort === '-username') assert.deepEqual(seen, seen.toSorted().reverse())
    assert.ok(!seen.includes(sort === 'username' ? 'aaa-first' : 'zzz-last'))
    const all = await get(`${users}?page[size]=100`)
    const left = all.body.map(({ username }: { username: string }) => username)
    const came = ['aaa-first', 'zzz-last'].filter((name) => !seen.includes(name))
    for (const name of left) assert.ok(seen.includes(name) || came.includes(name), `${sort} ${name}`)
  }
})

test('a bare list names its next page in a header', async (t) => {
  const { get, names } = await setup(t)
  const seen: (string | undefined)[] = []
  let path: string | undefined = `${users}?page[size]=5&sort=username&search=user-`
  while (path !== undefined) {
    const answer = await get(path)
    assert.ok(Array.isArray(answer.body))
    seen.push(...names(answer.body))
    path = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1]
  }
  assert.equal(seen.length, 12)
  assert.deepEqual(seen, seen.toSorted())
  // The reference's paging stays as it is.
  const { body } = await get(`${users}?meta=true&page[number]=2&page[size]=5`)
  assert.deepEqual([body.meta.page, body.meta.perPage, body.meta.total, body.meta.totalPages], [2, 5, 14, 3])
})

test('GET /users is searched and filtered, within what the caller sees', async (t) => {
  const { add, admin, a, b, get, names } = await setup(t)
  await add('mona@example.org', a.tenant, { firstname: 'Mona', status: 'DISABLED' })
  await add('other', b.tenant, { firstname: 'Mona' })
  const found = async (query: string, token = a.boss) =>
    names((await get(`${users}?sort=username&${query}`, token)).body)
  assert.deepEqual(await found('search=MONA'), ['mona@example.org'])
  assert.deepEqual(await found('search=mona', admin), ['mona@example.org', 'other'])
  assert.deepEqual(await found('search=mona oct'), ['mona@example.org'])
  assert.deepEqual(await found('search=%25'), [])
  assert.deepEqual(await found('status=DISABLED'), ['mona@example.org'])
  assert.deepEqual(await found(`tenant=${b.tenant}`, admin), ['boss-b', 'other', 'plain-b'])
  assert.deepEqual(await found(`tenant=${b.tenant}`), [])
  assert.deepEqual(await found(`role=${USER_ROLE}`), ['plain-a'])
  assert.deepEqual(await found(`role=${USER_ROLE}`, admin), ['plain-a', 'plain-b'])
  assert.deepEqual(await found('role=00000000-0000-7000-8000-000000000001', admin), ['admin'])
  const members = await get(`${tenants}/${a.tenant}/users?search=mona&status=DISABLED&meta=true`)
  assert.deepEqual([names(members.body.data), members.body.meta.total], [['mona@example.org'], 1])
  assert.equal((await get(`${tenants}/${b.tenant}/users?search=mona`)).status, 404)
})

test('tenants, roles and permissions are searched, filtered and read on', async (t) => {
  const { hub, admin, a, get, names } = await setup(t)
  for (const name of ['Zeta', 'Alpha', 'alpha two']) {
    await hub.call('POST', tenants, { token: admin, body: { name, ...(name === 'Zeta' && { status: 'DISABLED' }) } })
  }
  assert.deepEqual(names((await get(`${tenants}?search=ALPHA`, admin)).body), ['Alpha', 'alpha two'])
  assert.deepEqual(names((await get(`${tenants}?status=DISABLED`, admin)).body), ['Zeta'])
  for (const name of ['Clerk', 'Carrier', 'Baker']) {
    await hub.call('POST', '/iam/api/v1/roles', { token: a.boss, body: { name } })
  }
  const readAll = async (path: string, token: string) => {
    const seen: unknown[] = []
    for (let next: string | undefined = ''; next !== undefined; ) {
      const { status, body } = await get(`${path}meta=true&page[size]=2${next && `&page[after]=${next}`}`, token)
      assert.equal(status, 200, JSON.stringify(body))
      seen.push(...body.data.map((one: { name: string } | string) => (typeof one === 'string' ? one : one.name)))
      next = body.meta.next
    }
    return seen
  }
  const sorted = (await get(`${tenants}?sort=name&page[size]=100`, admin)).body
  assert.deepEqual(await readAll(`${tenants}?sort=name&`, admin), names(sorted))
  assert.deepEqual(await readAll(`${tenants}?sort=-name&`, admin), names(sorted).toReversed())
  const roles = names((await get('/iam/api/v1/roles')).body)
  assert.deepEqual(roles, ['ADMIN', 'TENANT_ADMIN', 'USER', 'Baker', 'Carrier', 'Clerk'])
  assert.deepEqual(await readAll('/iam/api/v1/roles?', a.boss), roles)
  assert.deepEqual(await readAll('/iam/api/v1/roles?search=c&sort=name&', a.boss), ['Carrier', 'Clerk'])
  const permissions = (await get('/iam/api/v1/permissions')).body
  assert.deepEqual(await readAll('/iam/api/v1/permissions?', a.boss), permissions)
  assert.deepEqual((await get('/iam/api/v1/permissions?search=FLOWS.R')).body, ['flows.read'])
  assert.deepEqual((await get('/iam/api/v1/permissions?search=nothing&meta=true')).body.data, [])
})

test('cursors and filters that make no sense are refused, in every list', async (t) => {
  const { a, admin, get } = await setup(t)
  const { body } = await get(`${users}?meta=true&page[size]=2&sort=username`)
  const pack = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const cursors = [
    '-',
    'null',
    '%00',
    'x'.repeat(4_097),
    pack(null),
    pack({}),
    pack([]),
    pack(['username']),
    pack(['createdAt', 'x']),
    pack(['createdAt', `'; drop table iam.user; --`]),
    pack(['createdAt', '\u0000']),
    pack(['createdAt', ['x']]),
    pack(['createdAt', newId(), 'more']),
    pack(['tenant', '', 'x', 'no uuid']),
    pack(['name', '\ud800']),
    body.meta.next,
  ]
  for (const path of [users, tenants, `${tenants}/${a.tenant}/users`, '/iam/api/v1/roles', '/iam/api/v1/permissions']) {
    for (const cursor of cursors) {
      const answer = await get(`${path}?page[after]=${cursor}`, admin)
      assert.equal(answer.status, 400, `${path} ${cursor}: ${JSON.stringify(answer.body)}`)
      assert.match(answer.body.errors[0].field, /^page\[after\]$/)
    }
  }
  const right = body.meta.next
  assert.equal((await get(`${users}?sort=username&page[after]=${right}`)).status, 200)
  for (const query of [
    `sort=username&page[number]=2&page[after]=${right}`,
    `sort=-username&page[after]=${right}`,
    'sort=password_hash',
    'sort=',
    'status=ANY',
    'tenant=x',
    'role=x',
    'search=',
    `search=${'x'.repeat(201)}`,
    'search=%00',
    'search=a&search=b',
    'unknown=1',
  ]) {
    const answer = await get(`${users}?${query}`)
    assert.equal(answer.status, 400, `${query}: ${JSON.stringify(answer.body)}`)
  }
})
