import type { Permission } from '#lib/principal'

/** To read the entries of one's tenant. */
export const logsRead: Permission = {
  name: 'logs.read',
  scope: 'tenant',
  description: 'Read the audit log of the tenant',
}
