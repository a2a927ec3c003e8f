import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { describe, type TestContext, test } from 'node:test'
import pg from 'pg'
import { type ApiOperation, type ApiSchema, readOperations } from '../support/api-document.ts'
import { logIn } from '../support/hub-client.ts'
import { createTestDatabase } from '../support/postgres.ts'
import { firstFlow, startTestHub } from '../support/test-hub.ts'

interface BadRequest {
  readonly why: string
  readonly method: string
  readonly path: string
  readonly headers?: Record<string, string>
  readonly body?: string | Buffer
  /** One of these statuses; default 400. */
  readonly status?: readonly number[]
  /** Some entry of `errors` must name this field. */
  readonly field?: string
}

const json = { 'content-type': 'application/json' }
const mebibyte = 1_048_576

async function setup(t: TestContext) {
  const { url: databaseUrl } = await createTestDatabase(t)
  const { url, admin, process } = await startTestHub(t, { databaseUrl })
  const { data: flow } = await admin.expect('POST', '/flow-repository/flows', firstFlow('http://127.0.0.1:9/in'))
  await admin.until(`/audit-log/logs?filter[id]=${flow.id}`, ({ data }) => data.length === 1)
  const expired = await logIn(url, process.admin)
  await runSql(databaseUrl, `update iam.token set expires_at = now() - interval '1 s' where id = $1`, [expired.userId])
  const operations = await readOperations(url)
  const token = `Bearer ${admin.token}`

  /** Sends all, one after the other, and compares what lies in the database before and after. */
  async function refuse(requests: readonly BadRequest[]): Promise<void> {
    assert.ok(requests.length > 0)
    const before = await digest(databaseUrl)
    for (const request of requests) await refuseOne(url, token, request)
    assert.deepEqual(await digest(databaseUrl), before)
  }
  return { url, admin, operations, refuse, expired: expired.token, flowId: flow.id as string }
}

async function refuseOne(url: string, token: string, bad: BadRequest): Promise<void> {
  const { why, method, path, headers = {}, body, status = [400], field } = bad
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: token, ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    signal: AbortSignal.timeout(10_000),
  })
  const text = await answer.text()
  const about = `${method} ${path} with ${why} was answered with ${answer.status} ${text.slice(0, 400)}`
  assert.ok(status.includes(answer.status), about)
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/, about)
  const problem = JSON.parse(text)
  assert.equal(problem.status, answer.status, about)
  assert.ok(typeof problem.code === 'string' && problem.code !== 'internal', about)
  assert.ok(problem.errors[0].message.length > 0, about)
  if (field === undefined) return
  const fields = problem.errors.map((error: { field?: string }) => error.field)
  assert.ok(
    fields.some((each: string | undefined) => each?.startsWith(field)),
    `${about} naming ${field}`,
  )
}

/** The path with an id for each parameter, and the number that each thing has a version of. */
function filled(path: string, id: string = randomUUID()): string {
  return path.replace('{version}', '1').replaceAll(/\{[^}]+\}/g, id)
}

/** Matches the paths of an operation. */
function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`)
}

function withBody(operations: readonly ApiOperation[]): (ApiOperation & { readonly body: ApiSchema })[] {
  return operations.flatMap((operation) =>
    operation.body === undefined ? [] : [{ ...operation, body: operation.body }],
  )
}

/** A file with a tenant and all its users, bytes written as numbers, and the largest message of a flow. */
function largest(path: string): number | undefined {
  if (path.endsWith('/validate')) return 11 * mebibyte
  if (path.endsWith('/tenants/import')) return 32 * mebibyte
  return path.endsWith('/validateHmac') ? 8 * mebibyte : undefined
}

/** Webhooks take any JSON. */
const isTyped = ({ body }: { readonly body: ApiSchema }) => body.type === 'object'

/** What takes any JSON has no other type. */
const hasType = (schema: ApiSchema) => Boolean(schema.type ?? schema.enum ?? schema.anyOf)

function valueOfAnotherType({ type }: ApiSchema): unknown {
  return type === 'string' || type === undefined ? { not: 'this' } : 'not this'
}

describe('every route of the document refuses, and changes nothing:', () => {
  test('callers without a token that is in force', async (t) => {
    const { operations, refuse, expired } = await setup(t)
    const tokens = {
      'no token': '',
      'another scheme': 'Basic YWRtaW46YWRtaW4=',
      'a broken token': 'Bearer oih_broken',
      'an empty token': 'Bearer ',
      'a token that is too long': `Bearer ${'x'.repeat(5_000)}`,
      'an expired token': `Bearer ${expired}`,
    }
    const guarded = operations.filter(({ isPublic }) => !isPublic)
    assert.ok(guarded.length > 15)
    await refuse(
      guarded.flatMap(({ method, path }) =>
        Object.entries(tokens).map(([why, authorization]) => {
          return { why, method, path: filled(path), headers: { authorization }, status: [401] }
        }),
      ),
    )
  })

  test('bodies that are no JSON', async (t) => {
    const { operations, refuse } = await setup(t)
    const bodies = {
      'half an object': '{"name": ',
      'two values': '{} {}',
      'no JSON': 'name=x',
      'no UTF-8': Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
      nothing: '',
    }
    await refuse(
      withBody(operations).flatMap(({ method, path }) =>
        Object.entries(bodies).map(([why, body]) => {
          return { why, method, path: filled(path), headers: json, body, status: [400] }
        }),
      ),
    )
  })

  test('bodies of another content type', async (t) => {
    const { operations, refuse } = await setup(t)
    const types = ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data', 'json']
    await refuse(
      withBody(operations).flatMap(({ method, path }) =>
        types.map((type) => {
          const headers = { 'content-type': type }
          return { why: type, method, path: filled(path), headers, body: '{}', status: [415] }
        }),
      ),
    )
  })

  test('bodies that are too large, before they are sent', async (t) => {
    const { url, operations, admin } = await setup(t)
    for (const { method, path, body } of withBody(operations)) {
      const limit = largest(path) ?? (isTyped({ body }) ? mebibyte : 5 * mebibyte)
      const headers = { ...json, authorization: `Bearer ${admin.token}`, 'content-length': String(limit + 1) }
      const announced = request(`${url}${filled(path)}`, { method, headers })
      announced.on('error', () => undefined)
      announced.flushHeaders()
      const [answer] = (await once(announced, 'response', { signal: AbortSignal.timeout(10_000) })) as [IncomingMessage]
      const problem = JSON.parse(Buffer.concat(await answer.toArray()).toString())
      announced.destroy()
      const about = `${method} ${path}: ${JSON.stringify(problem)}`
      assert.deepEqual([answer.statusCode, problem.code], [413, 'too-large'], about)
      assert.ok(problem.errors[0].message.length > 0, about)
    }
  })

  test('bodies of the wrong form', async (t) => {
    const { operations, refuse } = await setup(t)
    const typed = withBody(operations).filter(isTyped)
    assert.ok(typed.length > 4)
    const nested = `${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}`
    const wrong = ['[]', '"text"', '5', 'null', 'true', '{"__proto__": {"a": 1}}', nested]
    await refuse(
      typed.flatMap(({ method, path }) =>
        wrong.map((body) => ({ why: body.slice(0, 30), method, path: filled(path), headers: json, body })),
      ),
    )
  })

  test('fields of the wrong type, by name', async (t) => {
    const { operations, refuse } = await setup(t)
    const requests = withBody(operations).flatMap(({ method, path, body }) =>
      Object.entries(body.properties ?? {}).flatMap(([field, schema]) => {
        if (!hasType(schema)) return []
        const text = JSON.stringify({ [field]: valueOfAnotherType(schema) })
        return { why: text, method, path: filled(path), headers: json, body: text, field }
      }),
    )
    assert.ok(requests.length > 10)
    await refuse(requests)
  })

  test('fields that nobody knows, by name', async (t) => {
    const { operations, refuse } = await setup(t)
    await refuse(
      withBody(operations)
        .filter(({ body }) => body.additionalProperties === false)
        .map(({ method, path }) => {
          return {
            why: 'a surprise',
            method,
            path: filled(path),
            headers: json,
            body: '{"surprise": 1}',
            field: 'surprise',
          }
        }),
    )
  })

  test('texts that cannot be stored', async (t) => {
    const { operations, refuse, flowId } = await setup(t)
    await refuse(
      withBody(operations)
        .filter(isTyped)
        .flatMap(({ method, path, body }) => {
          const texts = Object.entries(body.properties ?? {}).filter(
            ([, { type, format }]) => type === 'string' && !format,
          )
          return texts.flatMap(([field]) =>
            ['a\u0000b', 'a\ud800b'].map((text) => {
              const graph = path.includes('flows') && firstFlow('http://127.0.0.1:9/in').graph
              const sound = { ...(graph && { graph }), ...(path.endsWith('/validate') && { document: 1 }) }
              const content = JSON.stringify({ ...sound, [field]: text })
              return {
                why: content.slice(-40),
                method,
                path: filled(path, flowId),
                headers: json,
                body: content,
                field,
              }
            }),
          )
        }),
    )
  })

  test('parameters of the wrong form, by name', async (t) => {
    const { operations, refuse } = await setup(t)
    const requests = operations.flatMap(({ method, path, parameters, body }) => {
      const headers: Record<string, string> = body === undefined ? {} : json
      const sound = { method, headers, ...(body === undefined ? {} : { body: '{}' }) }
      return parameters.flatMap(({ in: place, name, schema: { type, format, enum: words, minimum } }) => {
        if (place === 'path' && format === 'uuid') {
          return ['7', 'not-a-uuid', "' or 1=1 --", `${randomUUID()}0`].map((value) => {
            return { ...sound, why: value, path: filled(path, encodeURIComponent(value)), field: name }
          })
        }
        const isWrong = format === 'uuid' || words !== undefined || type === 'integer' || type === 'boolean'
        if (place !== 'query' || !isWrong) return []
        const below = minimum === 0 ? '-2' : '0'
        const values = type === 'integer' ? ['x', below, '-1', '1.5', '1e99', ''] : ['x']
        return values.map((value) => {
          const query = new URLSearchParams({ [name]: value })
          return { ...sound, why: value, path: `${filled(path)}?${query}`, field: name }
        })
      })
    })
    assert.ok(requests.length > 60)
    await refuse(requests)
  })

  test('parameters that nobody knows, and operators in filters', async (t) => {
    const { operations, refuse } = await setup(t)
    const lists = operations.filter(({ parameters }) => parameters.some(({ in: place }) => place === 'query'))
    assert.ok(lists.length > 5)
    await refuse(
      lists.flatMap(({ method, path }) =>
        ['surprise=1', 'filter[status][$ne]=1', 'page=1', '%00=1', '%ff=1'].map((query) => {
          return { why: query, method, path: `${filled(path)}?${query}` }
        }),
      ),
    )
  })

  test('ids of nothing', async (t) => {
    const { operations, refuse } = await setup(t)
    const { graph } = firstFlow('http://127.0.0.1:9/in')
    /** A body that would do, were there the thing: so that it is the id that is refused. */
    const soundBody = (method: string, path: string): object => {
      if (path.startsWith('/flow-repository')) return { graph }
      if (path.endsWith('/validate')) return { document: 1 }
      if (path.includes('/schemas')) return { value: true }
      if (path.endsWith('/key')) return { value: 'a key' }
      if (path.endsWith('/owners')) return { id: randomUUID() }
      if (path.endsWith('/validateHmac')) return { hmacValue: 'x', rawBody: 'x' }
      if (method !== 'PUT' || path.includes('{userId}')) return {}
      return /\/(tenants|domains)\//.test(path) ? { name: 'a name' } : { username: 'somebody' }
    }
    await refuse(
      operations
        .filter(({ parameters }) =>
          parameters.some(({ in: place, schema }) => place === 'path' && schema.format === 'uuid'),
        )
        .map(({ method, path, body, parameters }) => {
          const content = JSON.stringify(soundBody(method, path))
          const sent = body === undefined ? {} : { headers: json, body: content }
          const needed = parameters.filter((each) => each.in === 'query' && each.required)
          const query = needed.map(({ name }) => `${name}=${randomUUID()}`).join('&')
          return { why: 'an unknown id', method, path: `${filled(path)}?${query}`, ...sent, status: [404] }
        }),
    )
  })

  test('methods that a path does not have', async (t) => {
    const { operations, refuse } = await setup(t)
    const known = new Set(operations.map(({ method, path }) => `${method} ${path}`))
    const paths = [...new Set(operations.map(({ path }) => path))]
    // A path of another route may fit as well: /users/me is one for /users/{id}, and "me" is no id, nor is there a schema "import".
    const fits = (method: string, path: string) =>
      operations.some((one) => one.method === method && patternOf(one.path).test(path))
    await refuse(
      paths.flatMap((path) =>
        ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
          .filter((method) => !known.has(`${method} ${path}`))
          .map((method) => ({
            why: method,
            method,
            path: filled(path),
            status: fits(method, path) ? [400, 404] : [405],
          })),
      ),
    )
  })
})

describe('flows are refused', () => {
  const node = { id: 'a', componentId: 'jsonata', function: 'transform', fields: { expression: '$' } }
  const bad: Readonly<Record<string, { readonly graph: unknown; readonly fields: readonly string[] }>> = {
    'without steps': { graph: { nodes: [] }, fields: ['graph.nodes'] },
    'with an empty step': {
      graph: { nodes: [{}] },
      fields: ['graph.nodes[0].id', 'graph.nodes[0].componentId', 'graph.nodes[0].function'],
    },
    'with ids that cannot be': {
      graph: {
        nodes: [
          { ...node, id: 'a.b' },
          { ...node, id: '$' },
        ],
      },
      fields: ['graph.nodes[0].id', 'graph.nodes[1].id'],
    },
    'with edges to nowhere, all told': {
      graph: {
        nodes: [node],
        edges: [
          { source: 'x', target: 'y' },
          { source: 'a', target: 'z' },
        ],
      },
      fields: ['graph.edges[0].source', 'graph.edges[0].target', 'graph.edges[1].target'],
    },
    'with a cycle': {
      graph: {
        nodes: ['a', 'b', 'c'].map((id) => ({ ...node, id })),
        edges: [
          { source: 'a', target: 'b' },
          { source: 'b', target: 'c' },
          { source: 'c', target: 'b' },
        ],
      },
      fields: ['graph.edges'],
    },
    'with an id twice': { graph: { nodes: [node, node] }, fields: ['graph.nodes[1].id'] },
  }
  test('with all faults at once', async (t) => {
    const { admin, refuse, flowId } = await setup(t)
    for (const [what, { graph, fields }] of Object.entries(bad)) {
      for (const [method, path] of [
        ['POST', '/flow-repository/flows'],
        ['PATCH', `/flow-repository/flows/${flowId}`],
      ] as const) {
        const body = JSON.stringify({ graph })
        await refuse([{ why: what, method, path, headers: json, body }])
        const { body: problem } = await admin.call(method, path, { graph })
        assert.deepEqual(
          problem.errors.map((error: { field: string }) => error.field).toSorted(),
          [...fields].toSorted(),
          what,
        )
      }
    }
  })
})

/** What every table holds, but for what refusals may leave: failed logins are recorded. */
async function digest(databaseUrl: string): Promise<Record<string, unknown>[]> {
  return runSql(
    databaseUrl,
    `select table_schema || '.' || table_name as name,
            (xpath('/row/d/text()', query_to_xml(format(
              'select md5(coalesce(string_agg(t::text, '','' order by t::text), '''')) as d from %I.%I t',
              table_schema, table_name), true, true, '')))[1]::text as digest
       from information_schema.tables
      where table_schema in ('iam', 'flow_repository', 'component_orchestrator') and table_name <> 'login_failure'
      union all select 'events', count(*)::text from event_bus.event where name <> 'iam.user.loginFailed'
      order by 1`,
  )
}

async function runSql(url: string, sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql, values)).rows
  } finally {
    await client.end()
  }
}
