import { type HttpTarget, startHttpTarget } from '../support/http-target.ts'
import { logIn } from '../support/hub-client.ts'
import { type HubProcess, startHubProcess } from '../support/hub-process.ts'
import { killAll, processTree } from '../support/process-tree.ts'
import { type Acknowledged, startLoad } from './load.ts'
import { type Random, seededRandom } from './random.ts'
import { verify } from './verify.ts'

export interface ChaosOptions {
  readonly rounds: number
  /** The same seed kills in the same manner at the same counts. */
  readonly seed: number
  readonly dataDir: string
  readonly say: (text: string) => void
}

/** Who is killed: the hub alone, so that its PostgreSQL has to notice; or both in the same moment, as by a power cut. */
const victims = ['hub', 'hub and PostgreSQL'] as const

const HUB = { OIH_STEP_BACKOFF_MS: '50', OIH_STEP_ATTEMPTS: '100', OIH_LOG_LEVEL: 'error' }

/**
 * Starts a hub, sends payloads and changes, kills it at a random moment, and again; then starts it once more and looks whether all
 * that was acknowledged is there, once. Resolves to what is wrong.
 */
export async function runChaos({ rounds, seed, dataDir, say }: ChaosOptions): Promise<string[]> {
  const random = seededRandom(seed)
  const target = await startHttpTarget()
  const acknowledged: Acknowledged = { payloads: new Set(), changes: new Set() }
  let flowId: string | undefined
  try {
    for (let round = 1; round <= rounds; round++) {
      const hub = await startSurvivor(dataDir, random)
      flowId ??= await startFlow(hub, target)
      const victim = random.pick(victims)
      const count = random.integer(1, 80)
      await loadUntilKilled(hub, { flowId, acknowledged, victim, count })
      say(`round ${round}: ${victim} killed after ${count} acknowledgements`)
    }
    const hub = await startHubProcess({ dataDir, env: HUB })
    try {
      return await verify(hub, target, acknowledged, say)
    } finally {
      await hub.stop()
    }
  } finally {
    await target.stop()
  }
}

/** Starts the hub; in one round of four it is killed somewhere on the way, and has to start again from there. */
async function startSurvivor(dataDir: string, random: Random): Promise<HubProcess> {
  if (random.integer(1, 4) > 1) return startHubProcess({ dataDir, env: HUB })
  const doom = random.integer(20, 900)
  let timer: NodeJS.Timeout | undefined
  try {
    const quick = await startHubProcess({
      dataDir,
      env: HUB,
      onSpawn(child) {
        timer = setTimeout(() => child.kill('SIGKILL'), doom)
      },
    })
    await quick.kill()
  } catch {
    // Killed before it was ready, as intended.
  } finally {
    clearTimeout(timer)
  }
  return startHubProcess({ dataDir, env: HUB })
}

async function startFlow(hub: HubProcess, target: HttpTarget): Promise<string> {
  const client = await logIn(hub.url, hub.admin)
  const graph = {
    nodes: [
      { id: 'map', componentId: 'jsonata', function: 'transform', fields: { expression: '{ "id": id }' } },
      { id: 'send', componentId: 'http-request', function: 'request', fields: { method: 'POST', url: target.url } },
    ],
    edges: [{ source: 'map', target: 'send' }],
  }
  const { data } = await client.expect('POST', '/flow-repository/flows', { name: 'chaos', graph })
  await client.expect('POST', `/flow-repository/flows/${data.id}/start`)
  await client.until(`/flow-repository/flows/${data.id}`, (body) => body.data.status === 'active')
  return data.id
}

interface Doom {
  readonly flowId: string
  readonly acknowledged: Acknowledged
  readonly victim: (typeof victims)[number]
  readonly count: number
}

async function loadUntilKilled(hub: HubProcess, { flowId, acknowledged, victim, count }: Doom): Promise<void> {
  const { token } = await logIn(hub.url, hub.admin)
  const reached = Promise.withResolvers<void>()
  let sofar = 0
  const load = startLoad({ url: hub.url, token, flowId }, acknowledged, () => {
    sofar += 1
    if (sofar === count) reached.resolve()
  })
  await reached.promise
  // A child process that was started by us has a pid.
  const pid = hub.child.pid as number
  killAll(victim === 'hub' ? [pid] : processTree(pid))
  await hub.kill()
  await load.stop()
}
