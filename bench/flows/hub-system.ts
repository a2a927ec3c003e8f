import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { logIn } from '../../test/support/hub-client.ts'
import type { FlowSystem, FlowSystemOptions } from './flow-system.ts'
import { ticketExpression } from './mapping.ts'
import { startProgram } from './program.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const ADMIN = { username: 'admin', password: 'a password for this bench' }

/**
 * Starts the hub as users do, in a process of its own with its bundled PostgreSQL and default settings, and has the flow active.
 * `OIH_BENCH_PROFILE=<folder>` lets it write a CPU profile there.
 */
export async function startHubSystem(options: FlowSystemOptions): Promise<FlowSystem> {
  const { folder, targetUrl } = options
  const profile = process.env.OIH_BENCH_PROFILE
  const nodeArguments = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('OIH_'))
  let address = ''
  const program = await startProgram({
    args: [...nodeArguments, 'src/main.ts', 'start'],
    cwd: root,
    env: {
      ...Object.fromEntries(inherited),
      NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'),
      OIH_PORT: '0',
      OIH_DATA_DIR: join(folder, 'data'),
      OIH_ADMIN_PASSWORD: ADMIN.password,
      OIH_OUTBOUND_ALLOW: '127.0.0.0/8',
    },
    isReady(line) {
      address = /^\s*Address\s+(\S+)$/.exec(line)?.[1] ?? address
      return address !== ''
    },
  })
  const stop = async () => {
    const code = await program.stop()
    if (code !== 0) throw new Error(`The hub must end with 0 after SIGTERM: it ended with ${code}`)
  }
  try {
    const flowId = await activeFlow(address, folder, targetUrl)
    const postmaster = await readFile(join(folder, 'data', 'postgres', 'postmaster.pid'), 'utf8')
    return {
      hookUrl: `${address}/webhooks/hook/${flowId}`,
      parts: [
        { name: 'hub', pid: program.pid, without: 'PostgreSQL' },
        { name: 'PostgreSQL', pid: Number(postmaster.split('\n')[0]) },
      ],
      readyMs: program.readyMs,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Creates and starts the flow, or finds that of an earlier start. */
async function activeFlow(address: string, folder: string, targetUrl: string): Promise<string> {
  const file = join(folder, 'flow-id')
  const known = await readFile(file, 'utf8').catch(() => undefined)
  if (known !== undefined) return known
  const client = await logIn(address, ADMIN)
  const { data: flow } = await client.expect('POST', '/flow-repository/flows', ticketFlow(targetUrl))
  await client.expect('POST', `/flow-repository/flows/${flow.id}/start`)
  await client.until(`/flow-repository/flows/${flow.id}`, ({ data }) => data.status === 'active')
  await mkdir(folder, { recursive: true })
  await writeFile(file, flow.id)
  return flow.id
}

function ticketFlow(targetUrl: string): object {
  return {
    name: 'GitHub issues to tickets',
    graph: {
      nodes: [
        {
          id: 'map',
          componentId: 'jsonata',
          function: 'transform',
          fields: { expression: ticketExpression('$message.headers') },
        },
        { id: 'send', componentId: 'http-request', function: 'request', fields: { method: 'POST', url: targetUrl } },
      ],
      edges: [{ source: 'map', target: 'send' }],
    },
  }
}
