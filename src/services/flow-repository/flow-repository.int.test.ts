import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, type TestContext, test } from 'node:test'
import { setupFlowRepository } from '../../../test/support/flow-repository.ts'
import { callHub } from '../../../test/support/hub-client.ts'

const graph = { nodes: [{ id: 'a', componentId: 'jsonata', function: 'transform', fields: { expression: '$' } }] }
const path = '/flow-repository/flows'

async function setup(t: TestContext) {
  const repository = await setupFlowRepository(t)
  const me = repository.caller()
  const create = async (flow: object = {}) => {
    const { status, body } = await me.call('POST', path, { name: 'a flow', graph, ...flow })
    assert.equal(status, 201, JSON.stringify(body))
    return body.data
  }
  /** The fields that all events about the flow have. */
  const about = (id: string) => ({ user: me.principal.id, tenant: me.principal.tenant, id, flowId: id })
  const statusOf = async (id: string) => (await me.call('GET', `${path}/${id}`)).body.data.status
  return { ...repository, me, create, about, statusOf }
}

describe('POST /flows', () => {
  test('creates a flow of the tenant, owned by the caller, and tells it', async (t) => {
    const { me, create, about, events } = await setup(t)
    const flow = await create({ description: 'for tests' })
    const { id, createdAt, updatedAt, ...rest } = flow
    assert.equal(createdAt, updatedAt)
    assert.deepEqual(rest, {
      tenant: me.principal.tenant,
      name: 'a flow',
      description: 'for tests',
      type: 'ordinary',
      graph,
      owners: [{ id: me.principal.id, type: 'user' }],
      status: 'inactive',
      generation: 0,
      version: 1,
    })
    const [event, ...others] = await events()
    assert.deepEqual(others, [])
    const owners = [{ id: me.principal.id, type: 'USER' }]
    assert.deepEqual(event, {
      name: 'flowrepo.flow.created',
      payload: { ...about(id), name: 'a flow', tenantId: me.principal.tenant, owners },
    })
  })

  test('keeps the graph as it was sent: order, numbers, NUL and keys that mean something to JavaScript', async (t) => {
    const { me, create } = await setup(t)
    const fields = JSON.parse('{"z":1,"a":"\\u0000\\ud800","b":{"constructor":1,"10":2,"9":3},"e":1e21}')
    const sent = { nodes: [{ id: 'a', componentId: 'x', credentials_id: randomUUID(), function: 'y', fields }] }
    const { id } = await create({ graph: sent })
    const { body } = await me.call('GET', `${path}/${id}`)
    assert.equal(JSON.stringify(body.data.graph), JSON.stringify(sent))
  })

  test('refuses a caller without tenant', async (t) => {
    const { caller } = await setup(t)
    const none = caller({ permissions: ['all'] })
    Object.assign(none.principal, { tenant: undefined })
    assert.equal((await none.call('POST', path, { graph })).status, 403)
  })
})

describe('PATCH /flows/:id', () => {
  test('94: changes an inactive flow and tells which fields, without graphs', async (t) => {
    const { me, create, about, events } = await setup(t)
    const { id } = await create()
    const other = { nodes: [{ ...graph.nodes[0], fields: { expression: '"password"' } }] }
    const { status, body } = await me.call('PATCH', `${path}/${id}`, { name: 'new', graph: other, type: 'ordinary' })
    assert.deepEqual([status, body.data.name, body.data.graph, body.data.version], [200, 'new', other, 2])
    const event = (await events()).at(-1)
    assert.deepEqual(event, {
      name: 'flowrepo.flow.modified',
      payload: {
        ...about(id),
        version: 2,
        changed: ['name', 'graph'],
        before: { name: 'a flow' },
        after: { name: 'new' },
      },
    })
    assert.ok(!JSON.stringify(event).includes('password'))
  })

  test('changes nothing and tells nothing where nothing differs', async (t) => {
    const { me, create, events } = await setup(t)
    const { id, updatedAt } = await create()
    const { body } = await me.call('PATCH', `${path}/${id}`, { name: 'a flow', graph })
    assert.deepEqual([body.data.version, body.data.updatedAt], [1, updatedAt])
    assert.equal((await events()).length, 1)
  })

  test('of two at the same time loses neither', async (t) => {
    const { me, create } = await setup(t)
    const { id } = await create()
    await Promise.all([
      me.call('PATCH', `${path}/${id}`, { name: 'new' }),
      me.call('PATCH', `${path}/${id}`, { description: 'new' }),
    ])
    const { body } = await me.call('GET', `${path}/${id}`)
    assert.deepEqual([body.data.name, body.data.description, body.data.version], ['new', 'new', 3])
  })
})

describe('POST /flows/:id/start and /stop', () => {
  test('95: start, answer, stop, answer', async (t) => {
    const { me, create, about, events, answer, statusOf } = await setup(t)
    const { id } = await create()
    const started = await me.call('POST', `${path}/${id}/start`)
    assert.deepEqual([started.status, started.body], [200, { data: { id, status: 'starting' }, meta: {} }])
    assert.deepEqual((await events()).at(-1), {
      name: 'flowrepo.flow.starting',
      payload: { ...about(id), generation: 1 },
    })
    await answer('flow.started', { ...about(id), generation: 1 })
    assert.equal(await statusOf(id), 'active')
    for (const [method, suffix, body] of [
      ['PATCH', '', { name: 'x' }],
      ['DELETE', ''],
      ['POST', '/start'],
    ] as const) {
      const refused = await me.call(method, `${path}/${id}${suffix}`, body)
      assert.deepEqual([refused.status, refused.body.code], [409, 'conflict'])
      assert.match(refused.body.detail, /current status is "active"/)
    }
    const stopped = await me.call('POST', `${path}/${id}/stop`)
    assert.deepEqual([stopped.status, stopped.body.data.status], [200, 'stopping'])
    assert.deepEqual((await events()).at(-1), {
      name: 'flowrepo.flow.stopping',
      payload: { ...about(id), generation: 1 },
    })
    assert.equal((await me.call('POST', `${path}/${id}/stop`)).status, 409)
    await answer('flow.stopped', { ...about(id), generation: 1 })
    assert.equal(await statusOf(id), 'inactive')
    assert.equal((await events()).filter(({ name }) => name.startsWith('flowrepo.')).length, 3)
  })

  test('of many at the same time let one through', async (t) => {
    const { me, create, events } = await setup(t)
    const { id } = await create()
    const answers = await Promise.all(Array.from({ length: 8 }, () => me.call('POST', `${path}/${id}/start`)))
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, ...Array(7).fill(409)])
    assert.equal((await events()).filter(({ name }) => name === 'flowrepo.flow.starting').length, 1)
  })

  test('97: a start that fails is told with its reason, and stopped', async (t) => {
    const { me, create, about, events, answer, statusOf } = await setup(t)
    const { id } = await create()
    await me.call('POST', `${path}/${id}/start`)
    await answer('flow.failed', { ...about(id), generation: 1, reason: 'no \u0000 component', stepId: 'a' })
    const { body } = await me.call('GET', `${path}/${id}`)
    assert.deepEqual([body.data.status, body.data.failure], ['stopping', 'no \ufffd component'])
    const { name, payload } = (await events()).at(-1) ?? { name: '', payload: {} }
    assert.deepEqual([name, payload.generation, payload.user], ['flowrepo.flow.stopping', 1, me.principal.id])
    await answer('flow.stopped', { ...about(id), generation: 1 })
    assert.equal(await statusOf(id), 'inactive')
    const again = await me.call('POST', `${path}/${id}/start`)
    assert.equal(again.body.data.status, 'starting')
    assert.equal((await me.call('GET', `${path}/${id}`)).body.data.failure, undefined)
  })

  test('50: late and repeated answers revive nothing', async (t) => {
    const { me, create, about, answer, statusOf } = await setup(t)
    const { id } = await create()
    await me.call('POST', `${path}/${id}/start`)
    await me.call('POST', `${path}/${id}/stop`)
    await answer('flow.started', { ...about(id), generation: 1 })
    assert.equal(await statusOf(id), 'stopping')
    await answer('flow.stopped', { ...about(id), generation: 1 })
    await answer('flow.started', { ...about(id), generation: 1 })
    assert.equal(await statusOf(id), 'inactive')
    await me.call('POST', `${path}/${id}/start`)
    await answer('flow.stopped', { ...about(id), generation: 1 })
    await answer('flow.failed', { ...about(id), generation: 1, reason: 'late' })
    assert.equal(await statusOf(id), 'starting')
  })
})

describe('DELETE /flows/:id', () => {
  test('101: deletes an inactive flow and tells it', async (t) => {
    const { me, create, about, events } = await setup(t)
    const { id } = await create()
    const deleted = await me.call('DELETE', `${path}/${id}`)
    assert.deepEqual([deleted.status, deleted.body], [200, { msg: 'Flow was successfully deleted' }])
    assert.equal((await me.call('GET', `${path}/${id}`)).status, 404)
    assert.equal((await me.call('DELETE', `${path}/${id}`)).status, 404)
    assert.deepEqual((await events()).at(-1), {
      name: 'flowrepo.flow.deleted',
      payload: { ...about(id), name: 'a flow' },
    })
  })
})

describe('existing clients find', () => {
  test('86: 401 without authorization', async (t) => {
    const { url } = await setup(t)
    for (const [method, suffix] of [
      ['GET', ''],
      ['POST', ''],
      ['DELETE', `/${randomUUID()}`],
    ] as const) {
      const { status, body } = await callHub(url, method, `${path}${suffix}`)
      assert.deepEqual([status, body.errors[0].message], [401, 'Missing authorization header.'])
    }
  })

  test('88, 89: all errors at once', async (t) => {
    const { me, create } = await setup(t)
    const { id } = await create()
    const node = { componentId: 'x', function: 'y' }
    const bad: [object, number][] = [
      [{ graph: {} }, 1],
      [{ graph: { nodes: [] } }, 1],
      [{ graph: { nodes: [{}] } }, 3],
      [
        {
          graph: {
            nodes: [
              { ...node, id: 'x'.repeat(31) },
              { ...node, id: 'b.c' },
              { ...node, id: 'c', credentials_id: 'sesame' },
              { ...node, id: 'd', credentials_id: '' },
            ],
          },
        },
        4,
      ],
      [
        {
          graph: {
            nodes: [
              { ...node, id: 'a' },
              { ...node, id: 'b' },
            ],
            edges: [{ id: 'e' }, {}, { source: 'a', target: 7 }],
          },
        },
        5,
      ],
      [
        {
          graph: {
            nodes: [{ ...node, id: 'a' }],
            edges: [
              { source: 'u', target: 'v' },
              { source: 'w', target: 'a' },
            ],
          },
        },
        3,
      ],
      [{ graph, cron: 'every day', status: 'active', owners: [{}], tenant: randomUUID() }, 4],
      [{ name: 7, description: [], type: '', graph: { nodes: [{}], edges: {} }, more: 1 }, 8],
    ]
    for (const [flow, count] of bad) {
      for (const [method, suffix] of [
        ['POST', ''],
        ['PATCH', `/${id}`],
      ] as const) {
        const { status, body } = await me.call(method, `${path}${suffix}`, flow)
        assert.deepEqual([status, body.errors.length], [400, count], `${JSON.stringify(flow)} ${JSON.stringify(body)}`)
      }
    }
    const { body } = await me.call('POST', path, { name: 'without' })
    assert.deepEqual(
      body.errors.map(({ message }: { message: string }) => message),
      ['Flows require a graph.'],
    )
  })

  test('91: their own flows and nobody else does', async (t) => {
    const { me, create, caller } = await setup(t)
    const flow = await create()
    assert.deepEqual((await me.call('GET', `${path}/${flow.id}`)).body, { data: flow, meta: {} })
    const other = caller()
    assert.deepEqual((await other.call('GET', path)).body.data, [])
    for (const [method, suffix] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/start'],
      ['POST', '/stop'],
    ] as const) {
      const answer = await other.call(method, `${path}/${flow.id}${suffix}`, method === 'PATCH' ? {} : undefined)
      assert.deepEqual([answer.status, answer.body.message], [404, 'No flow found'], `${method} ${suffix}`)
    }
    assert.equal((await me.call('GET', `${path}/no-id`)).status, 400)
    assert.equal((await me.call('GET', `${path}/${randomUUID()}`)).status, 404)
    const everyone = caller({ permissions: ['all'] })
    assert.equal((await everyone.call('GET', path)).body.meta.total, 1)
  })

  test('92: pages, filters, search and order', async (t) => {
    const { me, create } = await setup(t)
    const names = ['one', 'two', 'Three']
    for (const name of names)
      await create({
        name,
        description: name === 'two' ? 'Some Desc' : undefined,
        type: name === 'one' ? 'special' : 'ordinary',
      })
    const list = async (query: string) => {
      const { status, body } = await me.call('GET', `${path}?${query}`)
      assert.equal(status, 200, JSON.stringify(body))
      return body.data.map(({ name }: { name: string }) => name)
    }
    for (const [index, name] of names.entries())
      assert.deepEqual(await list(`page[size]=1&page[number]=${index + 1}`), [name])
    assert.deepEqual(await list('page[size]=1&page[number]=4'), [])
    const { body } = await me.call('GET', `${path}?page[size]=2`)
    assert.deepEqual(body.meta, { page: 1, perPage: 2, total: 3, totalPages: 2 })
    const { body: first } = await me.call('GET', path)
    await me.call('POST', `${path}/${first.data[0].id}/start`)
    assert.deepEqual(await list('filter[status]=0'), ['two', 'Three'])
    assert.deepEqual(await list('filter[status]=1'), [])
    assert.deepEqual(await list('filter[status]=starting'), ['one'])
    assert.deepEqual(await list('filter[type]=ordinary&filter[status]=inactive'), ['two', 'Three'])
    assert.deepEqual(await list('search=desc'), ['two'])
    assert.deepEqual(await list('search=THREE'), ['Three'])
    assert.deepEqual(await list('search=%25'), [])
    assert.deepEqual(await list('sort=-name'), ['two', 'Three', 'one'])
    assert.deepEqual(await list('sort=-createdAt'), names.toReversed())
    for (const query of [
      'filter[nosuch]=1',
      'filter[status]=2',
      'filter[user]=x',
      'sort=graph',
      'page[size]=101',
      'page[size]=x',
    ]) {
      assert.equal((await me.call('GET', `${path}?${query}`)).status, 400, query)
    }
  })
})

test('a change and its event are one: where the event cannot be written nothing changes', async (t) => {
  const { me, create, asSuperuser, events } = await setup(t)
  const { id } = await create()
  const before = await me.call('GET', path)
  await asSuperuser('revoke insert on event_bus.event from oih_app')
  const tries: [string, string, unknown?][] = [
    ['POST', path, { graph }],
    ['PATCH', `${path}/${id}`, { name: 'new' }],
    ['POST', `${path}/${id}/start`],
    ['DELETE', `${path}/${id}`],
  ]
  for (const [method, at, body] of tries) assert.equal((await me.call(method, at, body)).status, 500, `${method} ${at}`)
  assert.deepEqual((await me.call('GET', path)).body, before.body)
  assert.equal((await events()).length, 1)
})
