import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { clientOf, connectSecret, createClient, readSecret } from '../../../../test/support/connecting.ts'
import { answering, startProviderStub, tokens } from '../../../../test/support/provider-stub.ts'
import { setupSecretService } from '../../../../test/support/secret-service.ts'

interface Readings {
  readonly tokens: readonly string[]
  readonly errors: readonly string[]
  readonly times: readonly number[]
}

interface Child {
  readonly process: ChildProcess
  /** So many at once. `onRenewing` is called when all of them want the next value. */
  read(count: number, onRenewing?: () => void): Promise<Readings>
}

async function setup(t: TestContext) {
  const hub = await setupSecretService(t)
  const provider = await startProviderStub(t)
  const me = hub.reader()
  const id = await connectSecret(hub, me, await createClient(me, clientOf(provider)))
  const expire = () => hub.asSuperuser(`update secret_service.secret set expires_at = now() - interval '1 minute'`)
  const { permissions, ...who } = me.principal
  const reader = { ...who, permissions: [...permissions] }

  async function startChild(leaseMs = 15_000): Promise<Child> {
    const program = new URL('../../../../test/support/secret-child.ts', import.meta.url).pathname
    const child = spawn(process.execPath, [program, hub.databaseUrl, String(leaseMs)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    t.after(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.stdin.end()
      await once(child, 'exit')
    })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    assert.equal((await lines.next()).value, 'ready')
    return {
      process: child,
      async read(count, onRenewing) {
        child.stdin.write(`${JSON.stringify({ id, reader, count })}\n`)
        const { value } = await lines.next()
        if (value !== 'renewing') return JSON.parse(String(value))
        onRenewing?.()
        return JSON.parse(String((await lines.next()).value))
      },
    }
  }
  const stored = async () => (await readSecret(me, id)).body.data.value
  return { hub, provider, expire, startChild, stored }
}

test('a thousand readers of an expired token in four processes make one call at the provider', async (t) => {
  const { provider, hub, expire, startChild } = await setup(t)
  const children = await Promise.all(Array.from({ length: 4 }, () => startChild()))
  const latency = 300
  provider.answer = async (call) => {
    // The latency of a provider: what is measured is how much more readers wait.
    await new Promise((resolve) => setTimeout(resolve, latency))
    return tokens(call)
  }
  const figures = (all: readonly Readings[]) => {
    const times = all.flatMap((each) => each.times).toSorted((one, other) => one - other)
    return [0.5, 0.95, 0.999].map((share) => Math.round(times[Math.floor(times.length * share)] ?? 0)).join(', ')
  }
  const readAll = () => Promise.all(children.map((child) => child.read(250)))
  // What processes that have just started do is no measure.
  const rounds = 8
  for (let round = 0; round < rounds; round += 1) await readAll()
  t.diagnostic(`a value that is good: median, p95, most = ${figures(await readAll())} ms`)
  await expire()
  const before = provider.calls.length
  const all = await readAll()
  t.diagnostic(`one that is over, provider ${latency} ms: ${figures(all)} ms`)
  assert.deepEqual(
    all.flatMap(({ errors }) => errors),
    [],
  )
  const seen = all.flatMap((each) => each.tokens)
  assert.deepEqual([seen.length, new Set(seen).size], [1_000, 1])
  assert.equal(provider.calls.length, before + 1)
  const told = (await hub.events()).map(({ name }) => name)
  assert.equal(told.filter((name) => name === 'secret-service.token.get').length, (rounds + 2) * 1_000)
  assert.equal(told.filter((name) => name === 'secret-service.secret.modified').length, 1)
})

test('whoever is killed while the provider is silent is succeeded when its lease ends', async (t) => {
  const { provider, expire, startChild } = await setup(t)
  await expire()
  const [dying, heir] = [await startChild(1_000), await startChild(1_000)]
  const before = provider.calls.length
  const { promise: silence, resolve: speak } = Promise.withResolvers<void>()
  provider.answer = async (call) => {
    if (call.number === before + 1) await silence
    return tokens(call)
  }
  dying.read(10).catch(() => undefined)
  await provider.received(before + 1)
  const waiting = heir.read(10)
  dying.process.kill('SIGKILL')
  await once(dying.process, 'exit')
  const { tokens: seen, errors } = await waiting
  assert.deepEqual([errors, new Set(seen)], [[], new Set([`access-token-${before + 2}`])])
  assert.equal(provider.calls.length, before + 2)
  speak()
})

test('who answers after its lease has ended is refused, and reads what its successor has got', async (t) => {
  const { provider, expire, startChild, stored } = await setup(t)
  await expire()
  const [slow, heir] = [await startChild(500), await startChild()]
  const before = provider.calls.length
  const { promise: silence, resolve: speak } = Promise.withResolvers<void>()
  provider.answer = async (call) => {
    if (call.number === before + 1) await silence
    return tokens(call)
  }
  const late = slow.read(10)
  await provider.received(before + 1)
  const { tokens: seen } = await heir.read(1)
  assert.deepEqual(seen, [`access-token-${before + 2}`])
  speak()
  const { tokens: lateOnes, errors } = await late
  assert.deepEqual([errors, new Set(lateOnes)], [[], new Set(seen)])
  const { accessToken, refreshToken } = await stored()
  assert.deepEqual([accessToken, refreshToken], [`access-token-${before + 2}`, `refresh-token-${before + 2}`])
})

test('a refusal is told to all who wait in all processes, and none of them asks anew', async (t) => {
  const { provider, expire, startChild } = await setup(t)
  await expire()
  const children = await Promise.all(Array.from({ length: 4 }, () => startChild()))
  const before = provider.calls.length
  const { promise: allWait, resolve: goOn } = Promise.withResolvers<void>()
  provider.answer = async (call, response) => {
    await allWait
    answering(400, { error: 'invalid_grant' })(call, response)
  }
  let renewing = 0
  const onRenewing = () => {
    renewing += 1
    if (renewing === children.length) goOn()
  }
  const all = await Promise.all(children.map((child) => child.read(20, onRenewing)))
  const errors = all.flatMap((each) => each.errors)
  assert.equal(errors.length, 80)
  for (const error of errors) assert.match(error, /refused with "invalid_grant"/)
  assert.equal(provider.calls.length, before + 1)
})
