import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { Type } from 'typebox'
import { HubError } from '../errors.ts'
import { createLogger } from '../logger.ts'
import { isSame, type Principal, type TokenLookup } from '../principal.ts'
import { createMetrics } from '../telemetry.ts'
import { createHttpServer } from './http-server.ts'
import { route } from './route.ts'

const user: Principal = { kind: 'user', id: 'u1', tenant: 'T1', permissions: new Set(['a', 'b']), tokenId: 't1' }
const read = { name: 'a', scope: 'tenant', description: '' } as const

/** A server with one live stream, `/live`, which says "hello" first, and one for everybody, `/open`. */
async function setup(t: TestContext, lookup: TokenLookup) {
  const sources: Readable[] = []
  const live = (path: string, permission: typeof read | 'public') =>
    route({
      method: 'GET',
      path,
      summary: '',
      permission,
      response: { 200: Type.String() },
      produces: 'text/event-stream',
      handle: () => {
        const source = new Readable({ read() {} })
        source.push('hello')
        sources.push(source)
        return { status: 200, stream: source, type: 'text/event-stream', live: true }
      },
    })
  const server = createHttpServer({
    logger: createLogger({ level: 'silent' }),
    metrics: createMetrics(),
    principals: lookup,
    mounts: [{ base: '', tag: 'a', routes: [live('/live', read), live('/open', 'public')] }],
    readiness: async () => [],
    version: '1',
    trustProxy: [],
    docs: false,
  })
  t.after(() => server.stop())
  const { port } = await server.start({ host: '127.0.0.1', port: 0 })
  const headers = { authorization: 'Bearer x' }
  const open = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${port}${path}`, { method, headers })
  return { open, sources, port }
}

const changes: Record<string, () => Promise<Principal | undefined>> = {
  'is in force no longer': async () => undefined,
  'cannot be verified': async () => {
    throw new HubError('unavailable', 'away')
  },
  'is never verified': () => new Promise(() => {}),
  'has lost the permission': async () => ({ ...user, permissions: new Set(['b']) }),
  'may more than before': async () => ({ ...user, permissions: new Set(['a', 'b', 'all']) }),
  'acts in another tenant': async () => ({ ...user, tenant: 'T2' }),
}

for (const [what, changed] of Object.entries(changes)) {
  test(`live streams end when their token ${what}`, async (t) => {
    let lookup: TokenLookup = async () => user
    const { open, sources } = await setup(t, (token) => lookup(token))
    const [mine, everybodys] = [await open('/live'), await open('/open')]
    lookup = changed
    const [source = assert.fail()] = sources
    const closed = new Promise((resolve) => source.once('close', resolve))
    assert.equal(await mine.text(), 'hello')
    await closed
    assert.deepEqual(
      sources.map(({ destroyed }) => destroyed),
      [true, false],
    )
    sources[1]?.push(null)
    assert.equal(await everybodys.text(), 'hello')
  })
}

test('live streams go on while their token allows the same', async (t) => {
  let looks = 0
  const enough = Promise.withResolvers<void>()
  const { open, sources } = await setup(t, async () => {
    if (++looks === 4) enough.resolve()
    return { ...user, permissions: new Set(['b', 'a']) }
  })
  const answer = await open('/live')
  await enough.promise
  sources[0]?.push(' again')
  sources[0]?.push(null)
  assert.equal(await answer.text(), 'hello again')
})

test('live streams are let go of when they end and their client takes nothing', async (t) => {
  let lookup: TokenLookup = async () => user
  const { sources, port } = await setup(t, (token) => lookup(token))
  const socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  socket.write('GET /live HTTP/1.1\r\nhost: x\r\nauthorization: Bearer x\r\n\r\n')
  await new Promise((resolve) => socket.once('data', resolve))
  socket.pause()
  const [source = assert.fail()] = sources
  const closed = new Promise((resolve) => source.once('close', resolve))
  for (let n = 0; n < 20; n++) source.push(Buffer.alloc(1_048_576))
  lookup = async () => undefined
  await closed
  assert.ok(source.destroyed)
})

test('live streams are not held for those who ask for the head alone', async (t) => {
  const { open, sources } = await setup(t, async () => user)
  const answer = await open('/live', 'HEAD')
  assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'text/event-stream'])
  assert.deepEqual(
    sources.map(({ destroyed }) => destroyed),
    [true],
  )
})

test('isSame() compares account, tenant and permissions', () => {
  const { tenant, ...homeless } = user
  assert.ok(isSame(user, { ...user, tokenId: 'other' }))
  const others = [
    homeless,
    { ...user, id: 'u2' },
    { ...user, permissions: new Set(['a']) },
    { ...user, permissions: new Set(['a', 'c']) },
  ]
  for (const other of others) assert.ok(!isSame(user, other) && !isSame(other, user))
})
