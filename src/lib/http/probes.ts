import type { FastifyInstance, RouteShorthandOptions } from 'fastify'
import { withDeadline } from '../deadline.ts'
import { messageOf } from '../errors.ts'
import type { Metrics } from '../telemetry.ts'

/** Whether one part of the process can do its work. */
export interface Readiness {
  readonly name: string
  readonly ok: boolean
  readonly detail?: string
}

/** What the probes report on. */
export interface ProbeOptions {
  readonly metrics: Metrics
  readonly readiness: () => Promise<readonly Readiness[]>
  /** Whether this server takes requests: not before it is told so, and not while it stops. */
  readonly accepting: () => boolean
}

/** A part that cannot say within this time that it is ready is not. */
const readinessDeadline = 2000

const probe: RouteShorthandOptions = { config: { access: 'public', quiet: true }, schema: { hide: true } }

/** `/livez`: the process runs. `/readyz`: it can serve, else 503 with the parts that cannot. `/metrics`: for Prometheus. */
export function registerProbes(server: FastifyInstance, options: ProbeOptions): void {
  server.get('/livez', probe, (_request, reply) => reply.type('application/json').send('{"status":"live"}'))
  server.get('/readyz', probe, async (_request, reply) => {
    const parts = [{ name: 'http-server', ok: options.accepting() }, ...(await readinessOf(options))]
    const ready = parts.every(({ ok }) => ok)
    const body = JSON.stringify({ status: ready ? 'ready' : 'not-ready', parts })
    return reply
      .code(ready ? 200 : 503)
      .type('application/json')
      .send(body)
  })
  server.get('/metrics', probe, async (_request, reply) => {
    return reply.type(options.metrics.contentType).send(await options.metrics.text())
  })
}

async function readinessOf({ readiness }: ProbeOptions): Promise<readonly Readiness[]> {
  try {
    return await withDeadline(readiness(), readinessDeadline, 'The readiness check')
  } catch (error) {
    return [{ name: 'readiness', ok: false, detail: messageOf(error) }]
  }
}
