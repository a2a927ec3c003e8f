import { startBundledPostgres } from '../../src/lib/bundled-postgres/bundled-postgres.ts'
import { startRole } from '../harness/role-process.ts'
import type { FlowSystem, FlowSystemOptions } from './flow-system.ts'
import type { ForwarderInput } from './forwarder.ts'

const forwarder = new URL('./forwarder.ts', import.meta.url)

/** Starts bare Fastify that keeps nothing. */
export async function startBareForwarder({ targetUrl }: FlowSystemOptions): Promise<FlowSystem> {
  return startForwarder({ targetUrl })
}

/** Starts bare Fastify that commits a row for each delivery, in a bundled PostgreSQL of its own with the hub's settings. */
export async function startDurableForwarder({ targetUrl, folder }: FlowSystemOptions): Promise<FlowSystem> {
  const begin = performance.now()
  const postgres = await startBundledPostgres({ dataDir: folder })
  try {
    const system = await startForwarder({ targetUrl, databaseUrl: postgres.url })
    return {
      ...system,
      parts: [...system.parts, { name: 'PostgreSQL', pid: postgres.pid }],
      readyMs: performance.now() - begin,
      stop: async () => {
        await system.stop()
        await postgres.stop()
      },
    }
  } catch (error) {
    await postgres.stop()
    throw error
  }
}

async function startForwarder(input: ForwarderInput): Promise<FlowSystem> {
  const begin = performance.now()
  const role = await startRole(forwarder, input)
  return {
    hookUrl: await role.call<string>('address'),
    parts: [{ name: 'Fastify', pid: role.pid }],
    readyMs: performance.now() - begin,
    stop: () => role.stop(),
  }
}
