import type { Migrations } from '../lib/migrate.ts'

/** The bus's own schema, to be migrated before the bus starts. */
export const eventBusMigrations: Migrations = { schema: 'event_bus', directory: new URL('./sql/', import.meta.url) }
