import type { Permission } from '#lib/principal'

/** What the Flow Repository's routes check. */
export const permissions = {
  read: { name: 'flows.read', scope: 'tenant', description: 'See the flows of the tenant' },
  write: { name: 'flows.write', scope: 'tenant', description: 'Create, change and delete flows of the tenant' },
  control: { name: 'flows.control', scope: 'tenant', description: 'Start and stop flows of the tenant' },
} as const satisfies Record<string, Permission>
