import type { TestContext } from 'node:test'
import type { Payloads } from '../../src/catalogue/index.ts'
import { HubError } from '../../src/lib/errors.ts'
import { createLogger } from '../../src/lib/logger.ts'
import type { ServiceClient } from '../../src/lib/service-client.ts'
import type { SchemaChecks } from '../../src/services/metadata-repository/checking/checks.ts'
import { createProcessChecks } from '../../src/services/metadata-repository/checking/process-checks.ts'
import type { MetadataRepositoryDeps } from '../../src/services/metadata-repository/deps.ts'
import { metadataRepositoryMigrations } from '../../src/services/metadata-repository/migrations.ts'
import { createMetadataRepository } from '../../src/services/metadata-repository/service.ts'
import type { HubAnswer } from './hub-client.ts'
import { type ServiceFixture, setupService, type TestCaller, type TestCallerOptions } from './service-fixture.ts'

/** Where domains are. */
export const DOMAINS = '/metadata-repository/api/v1/domains'
/** Where schemas are by their ids. */
export const SCHEMAS = '/metadata-repository/api/v1/schemas'

/** A flow that names a schema or a domain, as the Flow Repository has it. */
export interface TestFlowUser {
  readonly id: string
  readonly name: string
  readonly status: string
  readonly tenant: string
}

export interface MetadataRepositoryFixture extends ServiceFixture {
  /** What the Flow Repository of the test knows, by location; undefined while it does not answer. */
  flows: Map<string, readonly TestFlowUser[]> | undefined

  /** The address of the hub. */
  readonly origin: string
  /** A caller of the tenant who may handle domains. */
  modeller(options?: TestCallerOptions): TestCaller
  /** An administrator of the hub. */
  admin(options?: TestCallerOptions): TestCaller
  /** Publishes in the name of the IAM; resolves once the event has been handled. */
  fromIam<N extends keyof Payloads & `iam.${string}`>(name: N, payload: Payloads[N]): Promise<void>
}

/** The Metadata Repository alone, on a database of its own. */
export async function setupMetadataRepository(
  t: TestContext,
  { events = [], ...checks }: Partial<SchemaChecks & Pick<MetadataRepositoryDeps, 'events'>> = {},
): Promise<MetadataRepositoryFixture> {
  const origin = 'https://hub.example'
  const played: Pick<MetadataRepositoryFixture, 'flows'> = { flows: new Map() }
  const fixture = await setupService(t, metadataRepositoryMigrations, ({ db, bus }) =>
    createMetadataRepository({
      ...{
        db,
        bus: bus.service('metadata-repository'),
        logger: createLogger({ level: 'silent' }),
        clock: () => new Date(),
      },
      ...{
        publicUrl: () => origin,
        events,
        flowRepository: repositoryOf(played),
        checks: { ...createProcessChecks(), ...checks },
      },
    }),
  )
  return Object.assign(played, {
    ...fixture,
    origin,
    modeller: (options = {}) => fixture.caller({ permissions: ['metadata.domains.crud'], ...options }),
    admin: (options = {}) => fixture.caller({ permissions: ['all'], ...options }),
    fromIam: (name, payload) => fixture.publish(fixture.bus.service('iam'), name, payload),
  } satisfies Omit<MetadataRepositoryFixture, 'flows'>)
}

/** Answers as the Flow Repository does; both together are tested end to end. */
function repositoryOf(played: Pick<MetadataRepositoryFixture, 'flows'>): ServiceClient {
  return {
    async request({ path }) {
      if (played.flows === undefined) throw new HubError('unauthenticated', 'The Flow Repository refuses')
      const query = new URL(path, 'http://hub.example').searchParams
      const users = played.flows.get(query.get('location') ?? '') ?? []
      const own = users.filter(({ tenant }) => tenant === query.get('tenant'))
      const body = { flows: own.slice(0, 100), more: own.length > 100, others: users.length - own.length }
      return { status: 200, body }
    },
  }
}

/** Creates a domain; resolves to its id. */
export async function createDomain(by: TestCaller, input: object = {}): Promise<string> {
  return dataOf(await by.call('POST', DOMAINS, { name: 'a domain', ...input })).id
}

/** Creates a schema; resolves to it. */
export async function createSchema(by: TestCaller, domain: string, value: object, input: object = {}) {
  return dataOf(await by.call('POST', `${DOMAINS}/${domain}/schemas`, { value, ...input }))
}

function dataOf({ status, body }: HubAnswer) {
  if (status !== 200) throw new Error(`It was answered with ${status}: ${JSON.stringify(body)}`)
  return body.data
}
