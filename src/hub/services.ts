/** The services that a process can run. */
export const serviceNames = [
  'iam',
  'secret-service',
  'metadata-repository',
  'flow-repository',
  'component-orchestrator',
  'audit-log',
  'event-bus',
] as const

/** One of them. */
export type ServiceName = (typeof serviceNames)[number]
