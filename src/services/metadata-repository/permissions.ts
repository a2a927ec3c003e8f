import type { Permission } from '#lib/principal'

/** What the Metadata Repository's routes check beside ownership. */
export const permissions = {
  crud: {
    name: 'metadata.domains.crud',
    scope: 'tenant',
    description: 'Create, change and delete the domains of the tenant with their schemas',
  },
} as const satisfies Record<string, Permission>
