import { definitions, type Payloads } from '#catalogue'
import type { EventBus } from '#event-bus'
import type { Logger } from '#lib/logger'
import type { MasterKey } from '#lib/master-key/master-key'
import type { Membership } from '#lib/membership'
import type { Database } from '#lib/postgres'
import type { TokenLookup } from '#lib/principal'
import { remoteTokenLookup } from '#lib/remote-token-lookup'
import { renewedToken } from '#lib/renewed-token'
import type { Service } from '#lib/service'
import { injectTransport, networkTransport, type Transport } from '#lib/service-client'
import { permissions as auditLogPermissions } from '../services/audit-log/permissions.ts'
import { createAuditLog } from '../services/audit-log/service.ts'
import { permissions as componentOrchestratorPermissions } from '../services/component-orchestrator/permissions.ts'
import { createComponentOrchestrator } from '../services/component-orchestrator/service.ts'
import { permissions as eventBusPermissions } from '../services/event-bus/permissions.ts'
import { createBusWindow } from '../services/event-bus/service.ts'
import { permissions as flowRepositoryPermissions } from '../services/flow-repository/permissions.ts'
import { createFlowRepository } from '../services/flow-repository/service.ts'
import { createIam } from '../services/iam/service.ts'
import { createProcessChecks } from '../services/metadata-repository/checking/process-checks.ts'
import { permissions as metadataRepositoryPermissions } from '../services/metadata-repository/permissions.ts'
import { createMetadataRepository } from '../services/metadata-repository/service.ts'
import { permissions as secretServicePermissions } from '../services/secret-service/permissions.ts'
import { createSecretService } from '../services/secret-service/service.ts'
import { clientFor, createAccess } from './access.ts'
import type { HubConfig } from './config.ts'
import { permissions as hubPermissions } from './permissions.ts'
import type { ServiceName } from './services.ts'

/** The services that this process runs, wired to each other by events and by their public HTTP APIs. */
export interface ServiceSet {
  readonly running: readonly Service[]
  readonly principals: TokenLookup
  /** Creates the first administrator where IAM runs here and there is none. */
  ensureFirstAdmin(): Promise<void>
  /** Whom `ensureFirstAdmin` has created. */
  firstAdmin(): { readonly username: string; readonly password?: string } | undefined
}

/** What the services are made of. */
export interface ServiceSetOptions {
  readonly config: HubConfig
  readonly db: Database
  readonly bus: EventBus<Payloads>
  readonly membership: Membership
  readonly masterKey: MasterKey
  readonly logger: Logger
  /** Folder of the built-in components. */
  readonly components: string
  /** Requests into this process's own HTTP server, which is made after the services. */
  readonly inject: Parameters<typeof injectTransport>[0]
  /** Scheme, host and port under which the hub is reached; asked for once it listens. */
  readonly publicUrl: () => string
}

/** What the hub and other services check, whether they run here or not: IAM must know all that can be granted. */
const otherPermissions = [
  auditLogPermissions,
  componentOrchestratorPermissions,
  eventBusPermissions,
  flowRepositoryPermissions,
  hubPermissions,
  metadataRepositoryPermissions,
  secretServicePermissions,
].flatMap((permissions) => Object.values(permissions))

/** What the orchestrator may do with its own token: read the flows that it is asked to run, and have their runs act for who started them. */
const ORCHESTRATOR_PERMISSIONS = ['flows.read', 'iam.token.delegate']

/** What the Metadata Repository may do with its own token: ask which flows use a schema. */
const METADATA_REPOSITORY_PERMISSIONS = ['flows.read']

/** Creates the services that the configuration wants here; nothing starts yet. */
export function createServices(options: ServiceSetOptions): ServiceSet {
  const { config, db, bus, membership, masterKey, logger } = options
  const clock = () => new Date()
  const wanted = new Set<ServiceName>(config.hub.services)
  const own = injectTransport(options.inject)
  const transportTo = (service: ServiceName): Transport => (wanted.has(service) ? own : remote(config))

  const makers: Record<Exclude<ServiceName, 'iam'>, () => Service> = {
    'secret-service': () =>
      createSecretService({
        ...{ db, bus: bus.service('secret-service'), logger, clock, masterKey },
        config: config.secretService,
        outboundAllow: config.componentOrchestrator.outboundAllow,
        publicUrl: options.publicUrl,
      }),
    'metadata-repository': () =>
      createMetadataRepository({
        ...{ db, bus: bus.service('metadata-repository'), logger, clock, publicUrl: options.publicUrl },
        events: definitions,
        flowRepository: clientFor(
          transportTo('flow-repository'),
          tokenOf('metadata-repository', METADATA_REPOSITORY_PERMISSIONS),
        ),
        checks: createProcessChecks(),
      }),
    'flow-repository': () => createFlowRepository({ db, bus: bus.service('flow-repository'), clock }),
    'component-orchestrator': () => {
      const token = tokenOf('component-orchestrator', ORCHESTRATOR_PERMISSIONS)
      return createComponentOrchestrator({
        db,
        bus: bus.service('component-orchestrator'),
        membership,
        logger,
        config: config.componentOrchestrator,
        flowRepository: clientFor(transportTo('flow-repository'), token),
        iam: clientFor(transportTo('iam'), token),
        secretService: clientFor(transportTo('secret-service'), token),
        metadataRepository: clientFor(transportTo('metadata-repository'), token),
        principals: (given) => principals(given),
        components: options.components,
      })
    },
    'audit-log': () => createAuditLog({ db, bus: bus.service('audit-log'), logger, clock, masterKey }),
    'event-bus': () => createBusWindow({ db, bus: bus.service('event-bus'), logger }),
  }
  const others = [...wanted].flatMap((name) => (name === 'iam' ? [] : [makers[name]()]))
  const iam = createIam({
    db,
    bus: bus.service('iam'),
    logger,
    clock,
    masterKey,
    config: config.iam,
    permissions: otherPermissions,
    publicUrl: options.publicUrl,
  })
  const runsIam = wanted.has('iam')
  const lookup = runsIam ? iam.lookupToken : remoteTokenLookup(clientFor(transportTo('iam'), noToken))

  /** IAM's tables issue it, whether IAM runs here or not; where they are in another database, an operator has. */
  function tokenOf(service: ServiceName, permissions: readonly string[]): () => Promise<string> {
    const issued = renewedToken(() => iam.issueServiceToken(service, permissions))
    return async () => config.hub.serviceToken ?? issued()
  }

  const { principals } = createAccess(bus.service('hub'), lookup)
  let created: { readonly username: string; readonly password?: string } | undefined
  return {
    running: runsIam ? [iam, ...others] : others,
    principals,
    async ensureFirstAdmin() {
      const { adminUsername: username, adminPassword: password } = config.iam
      if (!runsIam) return
      created = await iam.ensureFirstAdmin({ ...(username && { username }), ...(password && { password }) })
      if (password && !created) logger.info({}, 'OIH_ADMIN_PASSWORD is not used as there are users already')
    },
    firstAdmin: () => created,
  }
}

function remote({ hub }: HubConfig): Transport {
  if (hub.hubUrl === undefined) {
    throw new Error('Cannot start these services alone as OIH_HUB_URL must say where the others are reached')
  }
  return networkTransport({ baseUrl: hub.hubUrl })
}

async function noToken(): Promise<string> {
  throw new Error('Cannot look up a token without it')
}
