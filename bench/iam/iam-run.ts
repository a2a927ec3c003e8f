import type { BenchDatabase } from '../harness/bench-server.ts'
import type { BenchContext, Measurement } from '../harness/case.ts'
import { startCpuMeter } from '../harness/cpu-meter.ts'
import { type RoleProcess, withRoles } from '../harness/role-process.ts'
import type { RequestPlan } from './request-role.ts'

/** What a run of a case about the IAM has at hand. */
export interface IamRun {
  readonly database: BenchDatabase
  /** Another process with an IAM on that database. */
  open(): Promise<RoleProcess>
  /** Sends requests from a process of its own; the CPU seconds are those of the server, PostgreSQL and the generator. */
  send(server: RoleProcess, plan: RequestPlan): Promise<Measured>
}

/** How much was done, by whose work. */
export interface Measured extends Pick<Measurement, 'cpu' | 'seconds'> {
  readonly count: number
}

const module = (name: string) => new URL(`./${name}.ts`, import.meta.url)

/** One run in a new database; nothing of it is left afterwards. */
export async function iamRun<T>(context: BenchContext, work: (run: IamRun) => Promise<T>): Promise<T> {
  const postgres = await context.postgres()
  const database = await postgres.createDatabase()
  try {
    return await withRoles(async (start) => {
      const generator = await start(module('request-role'), null)
      return work({
        database,
        open: () => start(module('iam-role'), { url: database.url }),
        async send(server, plan) {
          // What is compiled and cached at the first requests is no part of the figure.
          await generator.call('send', { ...plan, seconds: 1 } satisfies RequestPlan)
          const groups = { server: [server.pid], PostgreSQL: [postgres.pid], generator: [generator.pid] }
          const meter = await startCpuMeter(groups)
          const done = await generator.call<{ count: number; seconds: number }>('send', plan)
          return { ...done, cpu: await meter.read() }
        },
      })
    })
  } finally {
    await database.drop()
  }
}

/** Starts a process of one of the limits, which need no database of ours. */
export async function limitRun<T>(
  name: 'bare-role' | 'hash-role',
  work: (role: RoleProcess) => Promise<T>,
): Promise<T> {
  return withRoles(async (start) => work(await start(module(name), null)))
}
