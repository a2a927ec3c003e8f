import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type FlowContestant, hub, nodeRed } from '../flows/flow-contestant.ts'
import { withFlowSession } from '../flows/flow-session.ts'
import type { FlowSystem, StartFlowSystem } from '../flows/flow-system.ts'
import type { BenchCase, BenchContext, Measurement } from '../harness/case.ts'
import { startCpuMeter } from '../harness/cpu-meter.ts'
import { familyOf, type ProcessMemory, readMemory } from './process-memory.ts'

/** After so long a system has come to rest. */
const REST_MS = 10_000
const UNUSED_TARGET = 'http://127.0.0.1:9/in'

/** What a system takes before and after it has worked. */
const footprint: BenchCase = {
  id: 'footprint.system',
  group: 'footprint',
  title: 'Footprint: memory and start',
  about:
    'Each system is started in an empty folder (first start) and, after a stop, once more in the same one (second start); times are from the start of its ' +
    'process until it says that it is ready. Memory is that of the process, all it has started and its PostgreSQL, 10 s after ready and 10 s after a load ' +
    'of the flow with 32 connections for 20 s: PSS from `/proc/<pid>/smaps_rollup`, where shared pages count once; RSS counts them for each process. ' +
    'Idle CPU is the share of one core over the 10 s before the first look.',
  figures: [
    { id: 'first-start', title: 'first start', unit: 'ms' },
    { id: 'second-start', title: 'second start', unit: 'ms' },
    { id: 'idle-pss', title: 'idle memory, PSS', unit: 'MiB' },
    { id: 'idle-rss', title: 'idle memory, RSS', unit: 'MiB' },
    { id: 'idle-cpu', title: 'idle CPU', unit: '% of a core' },
    { id: 'used-pss', title: 'memory after the load, PSS', unit: 'MiB' },
    { id: 'used-rss', title: 'memory after the load, RSS', unit: 'MiB' },
  ],
  contestants: [hub, nodeRed].map((contestant) => ({ ...contestant, run: (context) => measure(contestant, context) })),
  aims: [
    { figure: 'first-start', atMost: 2_000 },
    { figure: 'second-start', atMost: 2_000 },
    { figure: 'idle-pss', atMost: 250 },
  ],
}

/** The cases about what a system takes. */
export const footprintCases: readonly BenchCase[] = [footprint]

async function measure({ start }: FlowContestant, context: BenchContext): Promise<Measurement> {
  const idle = await measureIdle(start, join(context.folder, randomUUID()))
  const used = await measureUsed(start, context)
  return {
    figures: {
      ...idle,
      'used-pss': used.pss,
      'used-rss': used.rss,
    },
    cpu: {},
    work: 0,
    seconds: 0,
  }
}

async function measureIdle(start: StartFlowSystem, folder: string): Promise<Record<string, number>> {
  const first = await start({ targetUrl: UNUSED_TARGET, folder })
  await first.stop()
  const second = await start({ targetUrl: UNUSED_TARGET, folder })
  try {
    const meter = await startCpuMeter({ all: mainPids(second) })
    const begin = performance.now()
    await sleep(REST_MS)
    const { all = 0 } = await meter.read()
    const { pss, rss } = memoryOf(second, folder)
    const cpu = (all / (performance.now() - begin)) * 1e5
    const starts = { 'first-start': first.readyMs, 'second-start': second.readyMs }
    return { ...starts, 'idle-pss': pss, 'idle-rss': rss, 'idle-cpu': cpu }
  } finally {
    await second.stop()
  }
}

async function measureUsed(start: StartFlowSystem, context: BenchContext): Promise<ProcessMemory> {
  let folder = ''
  const startHere: StartFlowSystem = (options) => {
    folder = options.folder
    return start(options)
  }
  return withFlowSession(startHere, context, async ({ system, load }) => {
    await load({ kind: 'closed', connections: 32, seconds: context.quick ? 5 : 20 })
    await sleep(REST_MS)
    return memoryOf(system, folder)
  })
}

function memoryOf(system: FlowSystem, folder: string): ProcessMemory {
  return readMemory([...new Set(mainPids(system).flatMap((pid) => familyOf(pid, folder)))])
}

/** Of a part that descends from another the other one tells. */
function mainPids({ parts }: FlowSystem): number[] {
  const inner = new Set(parts.map(({ without }) => without))
  return parts.filter(({ name }) => !inner.has(name)).map(({ pid }) => pid)
}
