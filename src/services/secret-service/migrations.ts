import type { Migrations } from '#lib/migrate'

/** The Secret Service's schema. */
export const secretServiceMigrations: Migrations = {
  schema: 'secret_service',
  directory: new URL('./sql/', import.meta.url),
}
