import type { Permission } from '#lib/principal'

/** What the Secret Service's routes check beside ownership. */
export const permissions = {
  readRaw: { name: 'secrets.secret.readRaw', scope: 'tenant', description: 'See the values of own secrets in clear' },
  readRawClient: {
    name: 'secrets.authClient.readRaw',
    scope: 'tenant',
    description: 'See the credentials of own auth clients in clear',
  },
  deleteAny: {
    name: 'secrets.secret.deleteAny',
    scope: 'platform',
    description: 'Take an owner from all secrets of all tenants',
  },
  deleteAnyClient: {
    name: 'secrets.authClient.deleteAny',
    scope: 'platform',
    description: 'Take an owner from all auth clients of all tenants',
  },
} as const satisfies Record<string, Permission>
