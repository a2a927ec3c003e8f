import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { BenchContext } from '../harness/case.ts'
import { type CpuMeter, startCpuMeter } from '../harness/cpu-meter.ts'
import { type RoleProcess, withRoles } from '../harness/role-process.ts'
import type { ArrivalRecord } from './arrival-record.ts'
import { issueDeliveries } from './delivery.ts'
import type { FlowSystem, StartFlowSystem } from './flow-system.ts'
import { type LoadOutcome, loadOutcome } from './load-outcome.ts'
import type { LoadPlan, LoadRecord } from './load-plan.ts'
import { type Ticket, toTicket } from './mapping.ts'

/** A running system with its load generator and target, warmed up and proved to map as it should. */
export interface FlowSession {
  readonly system: FlowSystem
  /**
   * Carries out a load and waits until all of it has arrived. Throws when an accepted delivery is missing or doubled, or one was refused:
   * a figure of less than the work asked for would mean nothing.
   */
  load(plan: Omit<LoadPlan, 'hookUrl'>): Promise<MeasuredLoad>
  /** CPU seconds since the session began, by part, load generator and target. */
  cpu(): Promise<Record<string, number>>
}

/** What a load came to, and the CPU seconds by who used them. */
export interface MeasuredLoad {
  readonly outcome: LoadOutcome
  readonly cpu: Readonly<Record<string, number>>
}

const target = new URL('./target.ts', import.meta.url)
const generator = new URL('./load-generator.ts', import.meta.url)
/** What has not arrived when nothing has arrived for so long will not come. */
const SILENCE_MS = 15_000

/** Starts all that a load takes, does the work, and stops it again. */
export async function withFlowSession<T>(
  start: StartFlowSystem,
  context: BenchContext,
  work: (session: FlowSession) => Promise<T>,
): Promise<T> {
  return withRoles(async (startRole) => {
    const roles = { target: await startRole(target, null), generator: await startRole(generator, null) }
    const targetUrl = await roles.target.call<string>('address')
    const system = await start({ targetUrl, folder: join(context.folder, randomUUID()) })
    try {
      const session = await createSession(system, roles)
      await proveMapping(session, roles.target)
      await session.load({ kind: 'closed', connections: 16, seconds: context.quick ? 2 : 5 })
      return await work(session)
    } finally {
      await system.stop()
    }
  })
}

interface Roles {
  readonly target: RoleProcess
  readonly generator: RoleProcess
}

async function createSession(system: FlowSystem, roles: Roles): Promise<FlowSession> {
  const begun = await startMeter(system, roles)
  return {
    system,
    cpu: () => readMeter(begun, system),
    async load(plan) {
      await roles.target.call('clear')
      const meter = await startMeter(system, roles)
      const record = await roles.generator.call<LoadRecord>('load', { ...plan, hookUrl: system.hookUrl })
      await drained(roles.target, record)
      const cpu = await readMeter(meter, system)
      const outcome = loadOutcome(record, await roles.target.call<ReturnType<ArrivalRecord['read']>>('arrivals'))
      const { missing, doubled } = outcome
      const faults = { ...record.refusals, ...(missing > 0 && { missing }), ...(doubled > 0 && { doubled }) }
      if (Object.keys(faults).length === 0) return { outcome, cpu }
      throw new Error(`Of ${outcome.sent} deliveries all must arrive once: ${JSON.stringify(faults)}`)
    },
  }
}

function startMeter({ parts }: FlowSystem, roles: Roles): Promise<CpuMeter> {
  const groups = parts.map(({ name, pid }) => [name, [pid]] as const)
  return startCpuMeter({
    ...Object.fromEntries(groups),
    target: [roles.target.pid],
    'load generator': [roles.generator.pid],
  })
}

async function readMeter(meter: CpuMeter, { parts }: FlowSystem): Promise<Record<string, number>> {
  const used = await meter.read()
  for (const { name, without } of parts) {
    if (without !== undefined) used[name] = Math.max(0, (used[name] ?? 0) - (used[without] ?? 0))
  }
  return used
}

/** Resolves when all that was accepted has arrived, or nothing more comes. */
async function drained(role: RoleProcess, { acceptedAt }: LoadRecord): Promise<void> {
  const wanted = acceptedAt.filter((at) => !Number.isNaN(at)).length
  let seen = -1
  for (let silentSince = performance.now(); performance.now() - silentSince < SILENCE_MS; await sleep(20)) {
    const distinct = await role.call<number>('distinct')
    if (distinct >= wanted) return
    if (distinct !== seen) silentSince = performance.now()
    seen = distinct
  }
}

/** Sends each payload once and compares what arrives with what should: all systems must do the same work. */
async function proveMapping(session: FlowSession, role: RoleProcess): Promise<void> {
  await session.load({ kind: 'once', connections: 1, seconds: 0 })
  const tickets = await role.call<Ticket[]>('tickets')
  for (const [id, { event, payload }] of issueDeliveries().entries()) {
    const ticket = tickets.find(({ delivery }) => delivery === String(id))
    if (isDeepStrictEqual(ticket, toTicket(String(id), event, payload))) continue
    throw new Error(`The ticket of delivery ${id} must be as mapped: it is ${JSON.stringify(ticket)}`)
  }
}
