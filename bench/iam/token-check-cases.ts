import { createHash } from 'node:crypto'
import type { BenchCase, BenchContext, Contestant, Measurement } from '../harness/case.ts'
import { startCpuMeter } from '../harness/cpu-meter.ts'
import { iamRun, limitRun, type Measured } from './iam-run.ts'

const secondsOf = ({ quick }: BenchContext) => (quick ? 2 : 10)

async function checkInProcess(context: BenchContext): Promise<Measurement> {
  return iamRun(context, async ({ open }) => {
    const iam = await open()
    const token = await iam.call<string>('token')
    await iam.call('check', { token, seconds: 0.5 })
    const meter = await startCpuMeter({ process: [iam.pid] })
    const begin = performance.now()
    const { count, lookups } = await iam.call<{ count: number; lookups: number }>('check', {
      token,
      seconds: secondsOf(context),
    })
    const seconds = (performance.now() - begin) / 1e3
    if (lookups > 2) throw new Error(`Cannot count the run as the cache must be warm: ${lookups} look-ups were made`)
    return { figures: { rate: count / seconds }, cpu: await meter.read(), work: count, seconds }
  })
}

/** What no check can do without: the hash by which a token is known, and a look into a map. */
async function hashAndMap(context: BenchContext): Promise<Measurement> {
  const token = `oih_${'x'.repeat(49)}`
  const keyOf = (text: string) => createHash('sha256').update(text).digest('base64')
  const known = new Map([[keyOf(token), {}]])
  const seconds = secondsOf(context)
  const [begin, cpu] = [performance.now(), process.cpuUsage()]
  let count = 0
  while (performance.now() - begin < seconds * 1e3) {
    for (let n = 0; n < 1_000; n += 1) if (known.get(keyOf(token))) count += 1
  }
  const took = (performance.now() - begin) / 1e3
  const { user, system } = process.cpuUsage(cpu)
  return { figures: { rate: count / took }, cpu: { process: (user + system) / 1e6 }, work: count, seconds: took }
}

const inProcess: BenchCase = {
  id: 'iam.token-check',
  group: 'iam',
  title: 'Checking a token in the process',
  about:
    'Whom a token stands for, asked of the cache that every process has in front of its guard, one question after the other, while the bus runs and ' +
    'keeps the cache trusted.',
  figures: [{ id: 'rate', title: 'tokens checked', unit: 'tokens/s' }],
  contestants: [
    {
      id: 'hub',
      title: 'Cache of verified tokens',
      kind: 'ours',
      about:
        '`createPrincipalCache` as the hub sets it up: a token in the cache, its end and the age of the knowledge are looked at each time.',
      run: checkInProcess,
    },
    {
      id: 'hash',
      title: 'SHA-256 and a map',
      kind: 'limit',
      about: 'The hash of the token and a look into a `Map`: no end, no revocation.',
      run: hashAndMap,
    },
  ],
  aims: [],
}

const CONNECTIONS = 32

async function request(context: BenchContext, path: string): Promise<Measurement> {
  return iamRun(context, async ({ open, send }) => {
    const iam = await open()
    const token = await iam.call<string>('token')
    const headers = { authorization: `Bearer ${token}` }
    const url = `${await iam.call<string>('address')}${path}`
    return rateOf(
      await send(iam, { url, method: 'GET', headers, connections: CONNECTIONS, seconds: secondsOf(context) }),
    )
  })
}

async function requestFastify(context: BenchContext, path: string): Promise<Measurement> {
  return iamRun(context, ({ send }) =>
    limitRun('bare-role', async (server) => {
      const url = `${await server.call<string>('address')}${path}`
      // The same bytes go over the network.
      const headers = { authorization: `Bearer oih_${'x'.repeat(49)}` }
      return rateOf(
        await send(server, { url, method: 'GET', headers, connections: CONNECTIONS, seconds: secondsOf(context) }),
      )
    }),
  )
}

function rateOf({ count, seconds, cpu }: Measured): Measurement {
  return { figures: { rate: count / seconds }, cpu, work: count, seconds }
}

const overHttp: BenchCase = {
  id: 'iam.guard',
  group: 'iam',
  title: 'A guarded request',
  about:
    `A GET whose handler answers a constant of a few bytes, by ${CONNECTIONS} connections that each send the next request when the one before is answered. ` +
    'Server and load generator are a process each. The aim is judged by Fastify alone, which looks at nothing.',
  figures: [{ id: 'rate', title: 'answered', unit: 'requests/s' }],
  contestants: [
    {
      id: 'hub',
      title: 'Guarded route',
      kind: 'ours',
      about: "The hub's own HTTP server: guard, checks, headers, metrics; the token comes from the cache.",
      run: (context) => request(context, '/bench/guarded'),
    },
    {
      id: 'public',
      title: 'Public route',
      kind: 'variant',
      about: 'The same server and handler without a token: what lies between is the price of the guard.',
      run: (context) => request(context, '/bench/public'),
    },
    {
      id: 'guard',
      title: 'Guard on Fastify',
      kind: 'variant',
      about:
        "Fastify as it comes with the hub's guard and cache before the route: what the check of a token costs by itself.",
      run: (context) => requestFastify(context, '/bench/guarded'),
    },
    {
      id: 'fastify',
      title: 'Fastify',
      kind: 'limit',
      about: 'As it comes, with one route.',
      run: (context) => requestFastify(context, '/bench/bare'),
    },
  ] satisfies Contestant[],
  aims: [{ figure: 'rate', beside: 'fastify', atLeast: 0.8 }],
}

/** How much the check of a token costs. */
export const tokenCheckCases: readonly BenchCase[] = [inProcess, overHttp]
