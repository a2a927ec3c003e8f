import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'

/** The measures of one process. Modules add their own to `registry`; nothing is kept outside of it. */
export interface Metrics {
  readonly registry: Registry
  /** Seconds from the arrival of a request to its last byte, by method, route pattern (never the path) and status. */
  readonly httpDuration: Histogram<'method' | 'route' | 'status'>
  /** All measures in the text form of Prometheus. */
  text(): Promise<string>
  readonly contentType: string
}

/** Makes a registry with the process's own measures (memory, event loop, garbage collection) and that of HTTP requests. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const httpDuration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Seconds from the arrival of a request to its last byte',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  return { registry, httpDuration, text: () => registry.metrics(), contentType: registry.contentType }
}
