import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicNow } from '../flows/monotonic-clock.ts'
import type { BenchDatabase } from '../harness/bench-server.ts'
import type { BenchCase, BenchContext, Measurement } from '../harness/case.ts'
import type { RoleProcess } from '../harness/role-process.ts'
import { percentile } from '../harness/statistics.ts'
import { iamRun } from './iam-run.ts'

/** So that the revocations meet the looks of the other process at any point between two. */
const LOOK_MS = 300

async function measure(context: BenchContext): Promise<Measurement> {
  return iamRun(context, async ({ open, database }) => {
    const [one, other] = [await open(), await open()]
    const begin = performance.now()
    const count = context.quick ? 10 : 100
    const heard = await revokeEach(one, other, { count, before: async () => undefined })
    const deaf = await revokeEach(one, other, { count, before: () => cutListeners(database) })
    const figures = {
      p50: percentile(heard, 0.5),
      p99: percentile(heard, 0.99),
      'deaf-p50': percentile(deaf, 0.5),
      'deaf-p99': percentile(deaf, 0.99),
    }
    return { figures, cpu: {}, work: 0, seconds: (performance.now() - begin) / 1e3 }
  })
}

/** Milliseconds from sending each revocation to the first refusal in the other process. */
async function revokeEach(
  one: RoleProcess,
  other: RoleProcess,
  { count, before }: { readonly count: number; readonly before: () => Promise<void> },
): Promise<number[]> {
  const address = await one.call<string>('address')
  const taken: number[] = []
  while (taken.length < count) {
    const token = await one.call<string>('token')
    await other.call('warm', token)
    await sleep(Math.random() * LOOK_MS)
    await before()
    const refusal = other.call<number>('refusedAt', token)
    const sentAt = monotonicNow()
    const { status } = await fetch(`${address}/iam/logout`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    })
    if (status !== 200) throw new Error(`Cannot revoke the token: the answer was ${status}`)
    taken.push((await refusal) - sentAt)
  }
  return taken
}

/** Ends the connections on which the processes hear of each other; they are made again after up to a second. */
async function cutListeners(database: BenchDatabase): Promise<void> {
  await database.sql(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen%'`,
  )
}

/** How long a revoked token is taken elsewhere. */
export const revocationCase: BenchCase = {
  id: 'iam.revocation',
  group: 'iam',
  title: 'From revocation to refusal',
  about:
    'Two processes on one database. A token that the second one has in its cache is revoked at the first one; the second is asked every millisecond. Timed ' +
    'from the request that revokes, sent, to the first refusal. *Without LISTEN*: the connections by which the processes wake each other are cut before each revocation.',
  figures: [
    { id: 'p50', title: 'half within', unit: 'ms' },
    { id: 'p99', title: '99 % within', unit: 'ms' },
    { id: 'deaf-p50', title: 'half within, without LISTEN', unit: 'ms' },
    { id: 'deaf-p99', title: '99 % within, without LISTEN', unit: 'ms' },
  ],
  contestants: [
    {
      id: 'hub',
      title: 'Two processes',
      kind: 'ours',
      about:
        'As the hub sets them up: the cache is emptied by `iam.*` events, and trusted for a second after the last look.',
      run: measure,
    },
  ],
  aims: [
    { figure: 'p99', atMost: 1_000 },
    { figure: 'deaf-p99', atMost: 1_000 },
  ],
}
