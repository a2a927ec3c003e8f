import type { Permission } from '#lib/principal'

/** What the hub's own routes check, beside those of its services. */
export const permissions = {
  rotateMasterKey: {
    name: 'secrets.masterKey.rotate',
    scope: 'platform',
    description: 'Have everything be sealed under a new master key, and see how far that is',
  },
} as const satisfies Record<string, Permission>
