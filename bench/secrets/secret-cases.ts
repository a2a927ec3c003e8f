import type { BenchCase, BenchContext, Measurement } from '../harness/case.ts'
import { startCpuMeter } from '../harness/cpu-meter.ts'
import { type RoleProcess, withRoles } from '../harness/role-process.ts'
import type { Done, Load } from './load.ts'

const CALLERS = 512

/** One run of a role in a database of its own: `prepare` comes before what is timed. */
async function run(
  context: BenchContext,
  { module, command, prepare }: { module: string; command: string; prepare?: (role: RoleProcess) => Promise<unknown> },
  prove?: (role: RoleProcess, done: number) => Promise<void>,
): Promise<Measurement> {
  const postgres = await context.postgres()
  const database = await postgres.createDatabase()
  try {
    return await withRoles(async (start) => {
      const role = await start(new URL(`./${module}.ts`, import.meta.url), { url: database.url })
      await prepare?.(role)
      const warm = await role.call<Done>(command, { callers: CALLERS, seconds: 1 } satisfies Load)
      const meter = await startCpuMeter({ process: [role.pid], PostgreSQL: [postgres.pid] })
      const load: Load = { callers: CALLERS, seconds: context.quick ? 2 : 10 }
      const { count, seconds } = await role.call<Done>(command, load)
      const cpu = await meter.read()
      await prove?.(role, warm.count + count)
      return { figures: { rate: count / seconds }, cpu, work: count, seconds }
    })
  } finally {
    await database.drop()
  }
}

const reading: BenchCase = {
  id: 'secrets.reading',
  group: 'secrets',
  title: 'Reading secrets in clear, each on record',
  about:
    `${CALLERS} callers in one process, each of whom reads one of 1,000 secrets in clear, the next when it has the one before: looked up, the right to it ` +
    'checked, recorded as an event, committed, decrypted. Afterwards as many readings must be on record as values were given out. The limit inserts ' +
    'rows of the same table, of about the same size, gathered to commits in the same way, and does nothing else.',
  figures: [{ id: 'rate', title: 'read', unit: 'secrets/s' }],
  contestants: [
    {
      id: 'hub',
      title: 'Secret Service',
      kind: 'ours',
      about: '`createSecretReader`, with a bus that gives the positions in the same process.',
      run: (context) =>
        run(
          context,
          { module: 'secret-role', command: 'read', prepare: (role) => role.call('store') },
          async (role, given) => {
            const records = await role.call<number>('records')
            if (records !== given)
              throw new Error(`Cannot count the run as each of ${given} readings must be on record: ${records} are`)
          },
        ),
    },
    {
      id: 'insert',
      title: 'Grouped insert',
      kind: 'limit',
      about: '`createGroupCommit` over `insert into … select from unnest(…)`, prepared. No positions.',
      run: (context) => run(context, { module: 'insert-role', command: 'insert' }),
    },
  ],
  aims: [{ figure: 'rate', beside: 'insert', atLeast: 0.5 }],
}

/** The cases about secrets. */
export const secretCases: readonly BenchCase[] = [reading]
