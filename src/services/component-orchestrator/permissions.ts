import type { Permission } from '#lib/principal'

/** What the Component Orchestrator's routes check. Webhooks are open to whoever knows their address. */
export const permissions = {
  readExecutions: { name: 'executions.read', scope: 'tenant', description: "See the runs of the tenant's flows" },
} as const satisfies Record<string, Permission>
