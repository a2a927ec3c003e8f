import type { Migrations } from '#lib/migrate'

/** The Component Orchestrator's schema. */
export const componentOrchestratorMigrations: Migrations = {
  schema: 'component_orchestrator',
  directory: new URL('./sql/', import.meta.url),
}
