import type { Migrations } from '#lib/migrate'

/** The IAM's own schema. */
export const iamMigrations: Migrations = { schema: 'iam', directory: new URL('./sql/', import.meta.url) }
