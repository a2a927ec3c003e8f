import type { Permission } from '#lib/principal'

/** What the Audit Log's routes check. */
export const permissions = {
  read: { name: 'logs.read', scope: 'tenant', description: 'Read the audit log of the tenant' },
} as const satisfies Record<string, Permission>
