import type { TestContext } from 'node:test'
import type { Payloads } from '../../src/catalogue/index.ts'
import { flowRepositoryMigrations } from '../../src/services/flow-repository/migrations.ts'
import { createFlowRepository } from '../../src/services/flow-repository/service.ts'
import { type ServiceFixture, setupService } from './service-fixture.ts'

export type { LoggedEvent, TestCaller } from './service-fixture.ts'

export interface FlowRepositoryFixture extends Omit<ServiceFixture, 'publish' | 'bus'> {
  /** Publishes in the name of another service, the orchestrator or the IAM; resolves once the event has been handled. */
  answer<N extends keyof Payloads & string>(name: N, payload: Payloads[N]): Promise<void>
}

/** The Flow Repository alone, on a database of its own; the orchestrator is played by the test. */
export async function setupFlowRepository(t: TestContext): Promise<FlowRepositoryFixture> {
  const { publish, bus, ...fixture } = await setupService(t, flowRepositoryMigrations, ({ db, bus }) =>
    createFlowRepository({ db, bus: bus.service('flow-repository'), clock: () => new Date() }),
  )
  const others = { flow: bus.service('component-orchestrator'), iam: bus.service('iam') }
  return {
    ...fixture,
    answer: (name, payload) => publish(name.startsWith('iam.') ? others.iam : others.flow, name, payload),
  }
}
