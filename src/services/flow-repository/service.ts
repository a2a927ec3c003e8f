import type { Service } from '#lib/service'
import type { FlowRepositoryDeps } from './deps.ts'
import { departureNames, onDeparture } from './handlers/on-departure.ts'
import { answerNames, onFlowAnswer } from './handlers/on-flow-answer.ts'
import { flowRepositoryMigrations } from './migrations.ts'
import { permissions } from './permissions.ts'
import { deleteFlow } from './routes/delete-flow.ts'
import { getFlow } from './routes/get-flow.ts'
import { getFlows } from './routes/get-flows.ts'
import { getSchemaUsage } from './routes/get-schema-usage.ts'
import { patchFlow } from './routes/patch-flow.ts'
import { postFlow } from './routes/post-flow.ts'
import { postFlowControl } from './routes/post-flow-control.ts'

/** Keeps flows and their status, and asks the orchestrator by events to start and stop them. */
export function createFlowRepository(deps: FlowRepositoryDeps): Service {
  const [answered, departed] = [onFlowAnswer(deps), onDeparture(deps)]
  const names = [...answerNames, ...departureNames]
  deps.bus.subscribe('flow-repository', { names, lanes: 4 }, async (event, context) => {
    switch (event.name) {
      case 'flow.started':
      case 'flow.stopped':
      case 'flow.failed':
        return answered(event, context)
      case 'iam.tenant.deleted':
      case 'iam.user.deleted':
      case 'iam.user.removedFromTenant':
        return departed(event, context)
    }
  })
  return {
    name: 'flow-repository',
    migrations: flowRepositoryMigrations,
    permissions: Object.values(permissions),
    mounts: [
      {
        base: '/flow-repository',
        tag: 'Flow Repository',
        routes: [
          getFlows(deps),
          postFlow(deps),
          getFlow(deps),
          patchFlow(deps),
          deleteFlow(deps),
          postFlowControl(deps, 'start'),
          postFlowControl(deps, 'stop'),
          getSchemaUsage(deps),
        ],
      },
    ],
    start: async () => undefined,
    stop: async () => undefined,
  }
}
