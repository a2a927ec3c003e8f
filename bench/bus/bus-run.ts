import { setTimeout as sleep } from 'node:timers/promises'
import type { BenchDatabase, BenchServer } from '../harness/bench-server.ts'
import type { BenchContext } from '../harness/case.ts'
import { type CpuMeter, findProcesses, startCpuMeter } from '../harness/cpu-meter.ts'
import { type RoleProcess, withRoles } from '../harness/role-process.ts'
import type { BusContestant } from './bus-contestants.ts'
import { EFFECT_TABLE } from './effect.ts'

/** What a run of a bus case has at hand. */
export interface BusRun {
  readonly database: BenchDatabase
  /** Starts a process with the contestant's driver; the first one has prepared it. */
  open(connections: number): Promise<RoleProcess>
  /** Measures CPU from now on: these processes, PostgreSQL, and the broker where the contestant uses it. */
  meter(roles: Readonly<Record<string, RoleProcess>>): Promise<CpuMeter>
  /** Throws unless every subscriber has the effect of every thing exactly once, things counted from 0. */
  verify(subscribers: number, things: number): Promise<void>
}

/** Connections of a process that publishes. */
export const PUBLISH_CONNECTIONS = 16
/** Connections of a process that handles. */
export const HANDLE_CONNECTIONS = 20

/** One run in a new database with the contestant's tables; nothing of it is left afterwards. */
export async function busRun<T>(
  context: BenchContext,
  contestant: BusContestant,
  subscribers: number,
  work: (run: BusRun) => Promise<T>,
): Promise<T> {
  const server = await context.postgres()
  const database = await server.createDatabase()
  try {
    await database.sql(EFFECT_TABLE)
    return await withRoles(async (start) => {
      const mode = { ...contestant.mode, subscribers }
      const open = (connections: number) =>
        start(new URL('./bus-role.ts', import.meta.url), {
          driver: contestant.driver.href,
          url: database.url,
          name: database.name,
          connections,
          mode,
        })
      const first = await open(2)
      await first.call('prepare')
      try {
        const meter = (roles: Readonly<Record<string, RoleProcess>>) => startMeter(server, contestant, roles)
        return await work({ database, open, meter, verify: (count, things) => verify(database, count, things) })
      } finally {
        await first.call('dispose')
      }
    })
  } finally {
    await database.drop()
  }
}

async function startMeter(
  server: BenchServer,
  { broker }: BusContestant,
  roles: Readonly<Record<string, RoleProcess>>,
): Promise<CpuMeter> {
  const processes = Object.entries(roles).map(([name, { pid }]) => [name, [pid]] as const)
  return startCpuMeter({
    ...Object.fromEntries(processes),
    PostgreSQL: [server.pid],
    ...(broker === true ? { RabbitMQ: await findProcesses('beam.smp') } : {}),
  })
}

/** One contestant commits its last effects a moment after they are counted: looked at a few times. */
async function verify(database: BenchDatabase, subscribers: number, things: number): Promise<void> {
  const expected = subscribers * things
  for (let look = 1; ; look += 1) {
    const [row] = await database.sql<{ rows: number; different: number; most: number }>(
      `select count(*)::integer as rows, count(distinct (subscriber, thing))::integer as different,
              coalesce(max(thing), -1)::integer as most from effect where subscriber > 0`,
    )
    if (row?.rows === expected && row.different === expected && row.most === things - 1) return
    if (look === 5) {
      throw new Error(`Cannot count the run as ${expected} effects must be there once: ${JSON.stringify(row)}`)
    }
    await sleep(200)
  }
}
