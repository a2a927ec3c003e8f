import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { password, sampleBody, sampleUpload } from '../isolation/sample-body.ts'
import { newThings, ownerFor, pathOf, placesOf } from '../isolation/things.ts'
import { createMember, createWorld } from '../isolation/world.ts'
import { type ApiOperation, isStream, nameOf, operationsOf, readDocument } from '../support/api-document.ts'
import { startHttpTarget } from '../support/http-target.ts'
import { logIn } from '../support/hub-client.ts'
import { startTestHub } from '../support/test-hub.ts'
import { createAnswerCheck } from './answer-check.ts'
import { type FuzzedRequest, fuzzedRequest, placeholders } from './fuzzed-request.ts'
import { createSender } from './sending.ts'

// Every route of the document but the streams, as an administrator of the hub, as one of a tenant and without a token: whatever is sent,
// the answer comes in time, is none of the hub's faults, and is one that the document tells of.
//   OIH_TEST_FUZZ=5000 OIH_TEST_SEED=42 npm test -- fuzz.e2e

/** For each route and caller. */
const REQUESTS = Number(process.env.OIH_TEST_FUZZ ?? 30)
/** Of routes at a time. The queue of passwords takes 64, and each route waits for one answer at a time. */
const PARALLEL = 8

const callers = ['ADMIN', 'TENANT_ADMIN', 'nobody'] as const
type CallerName = (typeof callers)[number]

/** OpenID and OAuth want what only the steps before give, and a grant comes of all of them. */
const unguessable =
  /\/iam\/op\/(auth|token|me|interaction|session\/end\/confirm)|\/me\/grants\/\{id\}|\/secret-service\/api\/v1\/callback$/

async function setup(t: TestContext) {
  const target = await startHttpTarget()
  t.after(() => target.stop())
  // Each request comes from a place of its own: else the first hundred logins that fail would be all that is looked at.
  // Its master key is in a file: one of the environment would have to be put there by hand for each rotation.
  const hub = await startTestHub(t, { env: { OIH_TRUST_PROXY: '127.0.0.0/8', OIH_MASTER_KEY: undefined } })
  const world = await createWorld(hub, target.url)
  const document = await readDocument(hub.url)
  const sender = createSender(hub.url)
  t.after(() => sender.close())
  const operations = operationsOf(document)
  return { hub, world, operations, sender, check: createAnswerCheck(document), target }
}

type Setup = Awaited<ReturnType<typeof setup>>

test(`fuzz: after ${REQUESTS} requests to each route by each caller, every answer is one that the document tells of`, {
  concurrency: PARALLEL,
}, async (t) => {
  const seed = Number(process.env.OIH_TEST_SEED ?? Math.trunc(Math.random() * 2 ** 31))
  t.diagnostic(`OIH_TEST_SEED=${seed}`)
  const given = await setup(t)
  const routes = given.operations.filter((operation) => !isStream(operation))
  assert.ok(routes.length > 50)
  await Promise.all(routes.map((operation) => t.test(nameOf(operation), () => fuzz(given, operation, seed))))
  assert.equal((await fetch(`${given.hub.url}/readyz`)).status, 200)
})

async function fuzz(given: Setup, operation: ApiOperation, seed: number): Promise<void> {
  for (const caller of callers) {
    const session = await createSession(given, caller)
    const asked = await createTarget(given, operation, caller, session.token)
    let successes = 0
    const property = fc.asyncProperty(fuzzedRequest(operation), async (request) => {
      const path = await asked.pathOf(request)
      const authorization = session.token()
      const headers = {
        'x-forwarded-for': newAddress(),
        ...(authorization !== undefined && { authorization: `Bearer ${authorization}` }),
      }
      const sent = { headers: { ...headers, ...request.headers }, body: asked.filled(request.body) }
      const answer = await given.sender.send(operation.method, path, sent)
      if (answer.status < 300) {
        successes++
        await asked.used()
      }
      if (answer.status === 401) await session.renew()
      const fault = given.check(answer, asked.reached(path))
      assert.equal(fault, undefined, `${caller}: the answer ${fault}: ${answer.status} ${answer.text.slice(0, 500)}`)
    })
    await fc.assert(property, { seed, numRuns: REQUESTS, examples: [[asked.example()]], ...longest })
    const wanted = (operation.isPublic || caller === 'ADMIN') && !unguessable.test(operation.path)
    if (wanted)
      assert.ok(successes > 0, `${caller}: of ${REQUESTS} requests none was sound: what is sent must fit the route`)
  }
}

let addresses = 0

function newAddress(): string {
  addresses++
  return `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`
}

/** Shrinking goes on with a hub that has changed meanwhile: it must not take for ever. */
const longest = { interruptAfterTimeLimit: 240_000 + 200 * REQUESTS, markInterruptAsFailure: true }

/** A token of a user whom nobody else needs; where a route ends it, there is another. */
async function createSession({ hub, world }: Setup, caller: CallerName) {
  if (caller === 'nobody') return { token: () => undefined, renew: async () => undefined }
  const { username, client } = await createMember(hub, world.tenant, { role: caller })
  let { token } = client
  return {
    token: () => token,
    async renew() {
      const { status } = await client.call('GET', '/iam/api/v1/users/me', undefined, {
        authorization: `Bearer ${token}`,
      })
      if (status !== 200) token = (await logIn(hub.url, { username, password })).token
    },
  }
}

/** What the requests of one caller to one route are about. */
async function createTarget(
  { hub, world, operations }: Setup,
  operation: ApiOperation,
  caller: CallerName,
  token: () => string | undefined,
) {
  const make = async () => {
    const owner = { world, admin: hub.admin, boss: world.members.TENANT_ADMIN, self: token() }
    const own = await ownerFor(owner, caller, operation)
    return { things: await newThings(operation, own), ids: { ...world, ...own.world } }
  }
  // Wrong passwords slow an account down, which the right one then waits for as well.
  const isLogin = /\/iam\/(login|session)$/.test(operation.path)
  const { username } = isLogin ? await createMember(hub, world.tenant, { role: 'no role' }) : world
  let current = await make()
  const filled = <T extends string | Buffer | undefined>(text: T): T => {
    if (typeof text !== 'string') return text
    const ids = { ...current.ids, username }
    return Object.entries(placeholders).reduce<string>(
      (rest, [name, id]) => rest.replaceAll(id, ids[name as keyof typeof placeholders]),
      text,
    ) as T
  }
  return {
    filled,
    /** One that is sound for certain. */
    example(): FuzzedRequest {
      if (operation.upload) {
        const { type, bytes } = sampleUpload()
        return { segments: {}, query: '', headers: { 'content-type': type }, body: bytes }
      }
      const body = sampleBody(operation, { ...current.ids, username })
      const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
      return { segments: {}, query: '', headers, body: body === undefined ? undefined : JSON.stringify(body) }
    },
    async pathOf({ segments, query }: FuzzedRequest): Promise<string> {
      const places = placesOf(operation).map(({ name }) => name)
      const path = pathOf(
        operation.path,
        Object.fromEntries(
          places.map((name) => [name, segments[name] === undefined ? (current.things[name] ?? '') : `:${name}:`]),
        ),
      )
      const odd = places.reduce(
        (rest, name) => rest.replace(encodeURIComponent(`:${name}:`), () => segments[name] ?? ''),
        path,
      )
      return filled(query === '' ? odd : `${odd}?${query}`)
    },
    /** What is deleted, started or stopped is so once: the next request is to find another. */
    async used(): Promise<void> {
      if (operation.method === 'DELETE' || /\/(start|stop)$/.test(operation.path)) current = await make()
    },
    /** The operation that a path belongs to: an odd one may be another route's, or none's. */
    reached(path: string): ApiOperation | undefined {
      const [plain = ''] = path.split('?')
      const fitting = operations.filter((each) => each.method === operation.method && patternOf(each).test(plain))
      const [exact] = fitting.filter(({ path: other }) => !other.includes('{'))
      return exact ?? fitting.find((each) => each === operation) ?? fitting[0]
    },
  }
}

/** Segments of more than 1024 characters are no route's; a trailing slash does not count. */
function patternOf({ path }: ApiOperation): RegExp {
  const source = path.replaceAll('{*}', '.+').replaceAll(/\{[^}]+\}/g, '[^/]{1,1024}')
  return new RegExp(`^${source}/?$`, 'i')
}
