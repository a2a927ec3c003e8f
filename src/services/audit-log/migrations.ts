import type { Migrations } from '#lib/migrate'

/** The schema of the Audit Log. */
export const auditLogMigrations: Migrations = { schema: 'audit_log', directory: new URL('./sql/', import.meta.url) }
