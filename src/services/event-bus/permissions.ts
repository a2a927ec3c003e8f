import type { Permission } from '#lib/principal'

/** What the routes of the bus check. */
export const permissions = {
  read: {
    name: 'events.read',
    scope: 'tenant',
    description: 'See the events of the tenant as they happen, and how often each has happened',
  },
} as const satisfies Record<string, Permission>
