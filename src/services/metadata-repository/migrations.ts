import type { Migrations } from '#lib/migrate'

/** The Metadata Repository's schema. */
export const metadataRepositoryMigrations: Migrations = {
  schema: 'metadata_repository',
  directory: new URL('./sql/', import.meta.url),
}
