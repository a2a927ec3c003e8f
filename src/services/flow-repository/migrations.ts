import type { Migrations } from '#lib/migrate'

/** The Flow Repository's schema. */
export const flowRepositoryMigrations: Migrations = {
  schema: 'flow_repository',
  directory: new URL('./sql/', import.meta.url),
}
