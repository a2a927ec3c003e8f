import type { BenchCase, BenchContext, Measurement } from '../harness/case.ts'
import { startCpuMeter } from '../harness/cpu-meter.ts'
import { iamRun, limitRun } from './iam-run.ts'

const PASSWORD = 'measured and weighed'
const secondsOf = ({ quick }: BenchContext) => (quick ? 3 : 20)

async function logIn(context: BenchContext): Promise<Measurement> {
  return iamRun(context, async ({ open, send }) => {
    const iam = await open()
    await iam.call('firstAdmin', PASSWORD)
    const url = `${await iam.call<string>('address')}/iam/login`
    const bodies = [JSON.stringify({ username: 'admin', password: PASSWORD })]
    const headers = { 'content-type': 'application/json' }
    // Of those under way at once from one address an account may have five.
    const plan = { url, method: 'POST', headers, bodies, connections: 4, seconds: secondsOf(context) } as const
    const { count, seconds, cpu } = await send(iam, plan)
    const { server = 0, PostgreSQL = 0 } = cpu
    return { figures: { core: count / (server + PostgreSQL), rate: count / seconds }, cpu, work: count, seconds }
  })
}

async function hash(context: BenchContext): Promise<Measurement> {
  return limitRun('hash-role', async (role) => {
    await role.call('hash', 0.5)
    const meter = await startCpuMeter({ process: [role.pid] })
    const { count, seconds } = await role.call<{ count: number; seconds: number }>('hash', secondsOf(context))
    const cpu = await meter.read()
    return { figures: { core: count / (cpu.process ?? 0), rate: count / seconds }, cpu, work: count, seconds }
  })
}

/** How much of what Argon2id leaves a login takes. */
export const loginCase: BenchCase = {
  id: 'iam.login',
  group: 'iam',
  title: 'Logging in',
  about:
    'One user logs in again and again with the right password, four requests at a time: look-up, count of the throttle, Argon2id, token, event. ' +
    'For each core: logins for each CPU second of server and PostgreSQL together. Beside it the hash alone, at the same cost.',
  figures: [
    { id: 'core', title: 'logins for each core', unit: 'logins/s' },
    { id: 'rate', title: 'logins', unit: 'logins/s' },
  ],
  contestants: [
    {
      id: 'hub',
      title: 'Login',
      kind: 'ours',
      about: '`POST /iam/login`; two hashes at a time.',
      run: logIn,
    },
    {
      id: 'argon2',
      title: 'Argon2id',
      kind: 'limit',
      about: '`crypto.argon2` with 19 MiB, two passes, one lane; two at a time.',
      run: hash,
    },
  ],
  aims: [{ figure: 'core', beside: 'argon2', atLeast: 0.9 }],
}
