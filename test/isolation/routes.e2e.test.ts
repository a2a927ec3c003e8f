import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import pg from 'pg'
import { type ApiOperation, isStream, nameOf, readOperations } from '../support/api-document.ts'
import { startHttpTarget } from '../support/http-target.ts'
import { logIn } from '../support/hub-client.ts'
import { createTestDatabase } from '../support/postgres.ts'
import { firstFlow, startTestHub } from '../support/test-hub.ts'
import { type AccessRow, type Caller, callers, howTo, readAccessTable, tablePath } from './access-table.ts'
import { type Answered, createAsking } from './asking.ts'
import { fieldsOf, password, references, sampleBody } from './sample-body.ts'
import { newThings, ownerFor, pathOf, standingThings } from './things.ts'
import { createMember, createWorld, tenantRoles, type World } from './world.ts'

// The proof that nobody reaches what is another's: docs/access.md against a running hub. Tenant A has the callers; tenant B has things,
// which nobody of A may see, change or learn of.

async function setup(t: TestContext) {
  const { url: databaseUrl } = await createTestDatabase(t)
  const target = await startHttpTarget()
  t.after(() => target.stop())
  const hub = await startTestHub(t, { databaseUrl })
  const [a, b] = [await createWorld(hub, target.url), await createWorld(hub, target.url)]
  const operations = await readOperations(hub.url)
  return { hub, databaseUrl, target, a, b, operations, table: await readAccessTable(), ask: createAsking(hub.url) }
}

type Setup = Awaited<ReturnType<typeof setup>>

/** Some texts by which a thing of the world would be known. */
type Secrets = readonly string[]

test('every route answers every caller as docs/access.md says, and tenants reach nothing of each other', async (t) => {
  const given = await setup(t)
  const { operations, table, a, b } = given
  const rows = operations.flatMap((operation) => table.get(nameOf(operation)) ?? [])

  await t.test('every route has a line, and every line a route', () => {
    const names = new Set(operations.map(nameOf))
    for (const name of names)
      assert.ok(table.has(name), `Route "${name}" is not in ${tablePath}: add a line such as\n${howTo(name)}`)
    for (const name of table.keys())
      assert.ok(names.has(name), `There is no route "${name}": take its line out of ${tablePath}`)
  })

  const before = await settledState(given, b)
  const ofA = (await settledState(given, a)).join('\n')
  const secrets = [b.mark, ...new Set(before.join('\n').match(uuid))].filter((id) => !ofA.includes(id))
  for (const id of [b.tenant, b.user, b.role, b.flow, b.run, b.entry]) assert.ok(secrets.includes(id), id)

  const sessions = await logInAll(given)
  // A stream shows some hundred events: while those of the other tenant are among them.
  for (const operation of operations.toSorted((one, other) => Number(isStream(other)) - Number(isStream(one)))) {
    const row = table.get(nameOf(operation))
    if (!row) continue
    await t.test(row.route, async () => {
      await proveOwn(given, sessions, { operation, row, secrets })
      await proveForeign(given, sessions, { operation, row, secrets })
    })
  }

  await t.test('after all that, everything of the other tenant is as it was', async () => {
    assert.deepEqual(await settledState(given, b), before)
  })

  for (const needs of new Set(rows.map((row) => row.needs))) {
    if (needs === 'nothing' || needs === 'a token') continue
    await t.test(`every permission but "${needs}" is of no use where that is needed`, () =>
      proveNeed(
        given,
        needs,
        operations.filter((operation) => table.get(nameOf(operation))?.needs === needs),
      ),
    )
  }

  await t.test('what is open runs as the tenant whose it is, whoever asks', async () => {
    for (const operation of operations.filter((each) => table.get(nameOf(each))?.foreign === 'open')) {
      const path = pathOf(operation.path, standingThings(operation, b))
      const answer = await given.ask({ operation, path, token: a.members.TENANT_ADMIN.token, body: { any: 'JSON' } })
      assert.equal(answer.status, 200, nameOf(operation))
    }
    const executions = await a.members.TENANT_ADMIN.expect('GET', '/component-orchestrator/executions?page[size]=100')
    for (const each of executions.data) assert.equal(each.flowId, a.flow)
  })
})

const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g

/** One token a caller; some routes end it, and then there is another. */
type Sessions = Map<Caller, { readonly username: string; readonly password: string; token: string | undefined }>

async function logInAll({ hub, a }: Setup): Promise<Sessions> {
  const sessions: Sessions = new Map([['nobody', { username: '', password: '', token: undefined }]])
  const { id: elsewhere } = await hub.admin.expect('POST', '/iam/api/v1/tenants', { name: 'elsewhere' })
  for (const role of [...tenantRoles, 'ADMIN'] as const) {
    const { username, client } = await createMember(hub, role === 'ADMIN' ? elsewhere : a.tenant, { role })
    sessions.set(role, { username, password, token: client.token })
  }
  return sessions
}

async function tokenOf({ hub }: Setup, sessions: Sessions, caller: Caller): Promise<string | undefined> {
  const session = sessions.get(caller)
  if (session?.token === undefined) return undefined
  const headers = { authorization: `Bearer ${session.token}` }
  const { status } = await fetch(`${hub.url}/iam/api/v1/users/me`, { headers })
  if (status !== 200) session.token = (await logIn(hub.url, session)).token
  return session.token
}

interface Proof {
  readonly operation: ApiOperation
  readonly row: AccessRow
  readonly secrets: Secrets
}

/** Every caller, with things of the own tenant. */
async function proveOwn(given: Setup, sessions: Sessions, { operation, row, secrets }: Proof): Promise<void> {
  const { ask, a, hub } = given
  for (const caller of callers) {
    const expected = row.own[caller]
    const token = await tokenOf(given, sessions, caller)
    const all = { world: a, admin: hub.admin, boss: a.members.TENANT_ADMIN, self: token }
    const owner = await ownerFor(all, caller, operation)
    // What is no tenant's does not stand in the world of one.
    const isNew = expected < 300 && (operation.method !== 'GET' || row.foreign === '–')
    const things = isNew ? await newThings(operation, owner) : standingThings(operation, owner.world)
    const body = sampleBody(operation, { ...a, ...owner.world })
    const marker = await lastEvent(given, operation)
    const answer = await ask({ operation, path: pathOf(operation.path, things), token, body, marker })
    assert.equal(answer.status, expected, `${caller}, own: ${answer.text}`)
    if (caller !== 'ADMIN') demandSilence(answer, secrets, caller)
    if (row.needs !== 'nothing' && row.needs !== 'a token' && expected === 403 && caller === 'no role')
      assert.ok(answer.text.includes(`\\"${row.needs}\\"`), `${caller} must be told "${row.needs}": ${answer.text}`)
    if (operation.method === 'GET') {
      const head = await ask({
        operation: { ...operation, method: 'HEAD' },
        path: pathOf(operation.path, things),
        token,
      })
      assert.equal(head.status, expected, `${caller}, HEAD`)
    }
  }
}

/** The id of an event that a stream shows after everything of the other tenant. */
async function lastEvent({ a }: Setup, operation: ApiOperation): Promise<string | undefined> {
  if (!isStream(operation)) return undefined
  const { data } = await a.members.TENANT_ADMIN.expect(
    'POST',
    '/flow-repository/flows',
    firstFlow('http://127.0.0.1:9/in'),
  )
  return data.id
}

/** Every caller of tenant A and nobody, with things of tenant B wherever a request may name one. */
async function proveForeign(given: Setup, sessions: Sessions, { operation, row, secrets }: Proof): Promise<void> {
  const { ask } = given
  if (row.foreign === 'open') return
  const attempts = foreignAttempts(given, operation)
  const isNamed = attempts.some(({ where }) => where !== 'smuggled')
  const fits = isNamed ? row.foreign !== '–' : typeof row.foreign === 'string' || row.foreign === 403
  assert.ok(fits, `The last column must be ${isNamed ? 'what a thing of another tenant gets' : '"–" or "hidden"'}`)
  for (const caller of callers.filter((each) => each !== 'ADMIN')) {
    for (const { where, path, body, twin } of attempts) {
      const token = await tokenOf(given, sessions, caller)
      const answer = await ask({ operation, path, token, body, marker: await lastEvent(given, operation) })
      const about = `${caller}, ${where} ${path} ${JSON.stringify(body)}: ${answer.status} ${answer.text}`
      demandSilence(answer, secrets, about)
      assert.ok(expectedForeign(row, caller, where).includes(answer.status), about)
      if (answer.status < 400 || !twin) continue
      const unknown = await ask({ operation, path: twin, token, body })
      assert.deepEqual(shape(answer, path), shape(unknown, twin), `${about}: what is another's must look like nothing`)
    }
  }
}

type Where = 'path' | 'query' | 'body' | 'smuggled'

interface Attempt {
  readonly where: Where
  readonly path: string
  readonly body?: unknown
  /** The same path with ids of nothing. */
  readonly twin?: string
}

function foreignAttempts({ a, b }: Setup, operation: ApiOperation): Attempt[] {
  const [ours, theirs] = [standingThings(operation, a), standingThings(operation, b)]
  const path = pathOf(operation.path, ours)
  const body = sampleBody(operation, a)
  const byPath = mixturesOf(ours, theirs).map((things): Attempt => {
    const nowhere = Object.entries(things).map(([name, id]) => [name, id === ours[name] ? id : randomUUID()])
    const twin = pathOf(operation.path, Object.fromEntries(nowhere))
    return { where: 'path', path: pathOf(operation.path, things), body, twin }
  })
  const filters = operation.parameters.filter(
    ({ in: place, schema }) => place === 'query' && isText(schema.type) && !isStream(operation),
  )
  const ask = (name: string, word: string) => `${path}?${new URLSearchParams({ [name]: word })}`
  const byQuery = filters.flatMap(({ name }) => [
    ...[b.tenant, b.user, b.flow, b.run].map((id): Attempt => {
      return { where: 'query', path: ask(name, id), twin: ask(name, randomUUID()) }
    }),
    ...[b.username, b.mark, `flow ${b.mark}`].map((text): Attempt => ({ where: 'query', path: ask(name, text) })),
  ])
  const fields = Object.keys(operation.body?.properties ?? {})
  const byBody = references
    .filter((field) => fields.includes(field))
    .map((field): Attempt => {
      return { where: 'body', path, body: { ...(body as object), [field]: fieldsOf(b)[field] } }
    })
  const smuggled = operation.body?.type === 'object' ? ['tenant', 'tenantId', 'tenant_id', 'owners', 'user', 'id'] : []
  const bySmuggling = smuggled
    .filter((field) => !fields.includes(field))
    .map((field): Attempt => ({ where: 'smuggled', path, body: { ...(body as object), [field]: b.tenant } }))
  return [...byPath, ...byQuery, ...byBody, ...bySmuggling]
}

/** What the path may name, with one or more of ours exchanged for theirs. */
function mixturesOf(ours: Readonly<Record<string, string>>, theirs: typeof ours): (typeof ours)[] {
  let mixtures = [ours]
  for (const [name, id] of Object.entries(theirs)) {
    if (id !== ours[name]) mixtures = mixtures.flatMap((one) => [one, { ...one, [name]: id }])
  }
  return mixtures.slice(1)
}

function isText(type: unknown): boolean {
  return type === 'string' || type === 'array' || type === undefined
}

function expectedForeign({ own, foreign }: AccessRow, caller: Caller, where: Where): number[] {
  // Where an owner may as well, the body is looked at before the right.
  if (where === 'smuggled' && own[caller] !== 401) return [400, own[caller]]
  if (own[caller] === 401 || own[caller] === 403) return [own[caller]]
  // A filter may want another form than that of the words that are tried; the twins show that it tells nothing.
  if (where === 'query') return [own[caller], 400, 403, 404]
  if (where === 'body') return [403, 404]
  return typeof foreign === 'number' ? [foreign] : [own[caller]]
}

/** A user who may do everything of its kind but this is refused, and told why. */
async function proveNeed(given: Setup, needs: string, operations: readonly ApiOperation[]): Promise<void> {
  const { hub, a, ask } = given
  const { data } = await hub.admin.expect('GET', '/iam/api/v1/permissions/catalogue')
  const catalogue: { name: string; restricted: boolean }[] = data
  const wanted = catalogue.find(({ name }) => name === needs)
  assert.ok(wanted, `There is no permission "${needs}"`)
  const permissions = catalogue
    .filter(({ name, restricted }) => restricted === wanted.restricted && ![needs, 'all', 'tenant.all'].includes(name))
    .map(({ name }) => name)
  const tenant = wanted.restricted ? undefined : a.tenant
  const { client } = await createMember(hub, tenant, { role: 'no role', permissions })
  for (const operation of operations) {
    const path = pathOf(operation.path, standingThings(operation, a))
    const answer = await ask({ operation, path, token: client.token, body: sampleBody(operation, a) })
    assert.equal(answer.status, 403, `${nameOf(operation)}: ${answer.text}`)
    assert.ok(answer.text.includes(`\\"${needs}\\"`), `${nameOf(operation)}: ${answer.text}`)
  }
}

/** What a caller of another tenant is answered names nothing of this one, unless the caller has named it. */
function demandSilence({ status, text, asked }: Answered, secrets: Secrets, about: string): void {
  for (const secret of secrets) {
    if (status >= 400 && asked.includes(secret)) continue
    assert.ok(!text.includes(secret), `${about}: the answer holds "${secret}" of another tenant: ${text}`)
  }
}

/** A problem without what tells one request from another. */
function shape({ status, text }: Answered, path: string): unknown {
  const ids = path.match(uuid) ?? []
  const neutral = ids.reduce((rest, id) => rest.replaceAll(id, '<id>'), text)
  const { code, title, detail, errors } = JSON.parse(neutral)
  return { status, code, title, detail, errors }
}

/** Everything that the database holds of a tenant and of nobody else, once nothing is under way there. */
async function settledState({ databaseUrl, hub }: Setup, { tenant, members }: World): Promise<readonly string[]> {
  await hub.admin.expect('GET', '/event-bus/catalogue')
  const [{ events }] = (await runSql(databaseUrl, tenant, countEvents)) as [{ events: number }]
  await members.TENANT_ADMIN.until('/audit-log/logs', ({ meta }) => meta.total === events)
  const ofAll = new Set(await stateOf(databaseUrl, randomUUID()))
  return (await stateOf(databaseUrl, tenant)).filter((row) => !ofAll.has(row))
}

const countEvents = `select count(*)::integer as events from event_bus.event where event_bus.tenant_of(body)::text = current_setting('oih.tenant')`

async function stateOf(databaseUrl: string, tenant: string): Promise<readonly string[]> {
  const tables = await runSql(
    databaseUrl,
    tenant,
    `select c.oid::regclass::text as name from pg_class c where c.relrowsecurity and c.relkind in ('r', 'p') order by 1`,
  )
  const rows = await Promise.all(
    tables.map(({ name }) =>
      // When a token was used is noted a while later, and says nothing of what others have done.
      runSql(
        databaseUrl,
        tenant,
        `select '${name} ' || (to_jsonb(t) - 'used_at')::text as row from ${name} t order by 1`,
      ),
    ),
  )
  const [{ events }] = (await runSql(databaseUrl, tenant, countEvents)) as [{ events: number }]
  return [...rows.flat().map(({ row }) => String(row)), `${events} events`]
}

/** As the tenant sees it. */
async function runSql(url: string, tenant: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`set role oih_app`)
    await client.query(`select set_config('oih.tenant', $1, false)`, [tenant])
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}
