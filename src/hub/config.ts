import { type ConfigValues, choice, cidrs, defineConfig, integer, list, origin, secret, text, url } from '#lib/config'
import { logLevels } from '#lib/logger'
import { componentOrchestratorConfig } from '../services/component-orchestrator/config.ts'
import { iamConfig } from '../services/iam/config.ts'
import { secretServiceConfig } from '../services/secret-service/config.ts'
import { serviceNames } from './services.ts'

const KEY = '\\s*(?:[0-9a-fA-F]{64}|[A-Za-z0-9+/]{43}=?)\\s*'

/** Settings of the process, whatever services it runs. */
export const hubConfig = defineConfig({
  host: text('OIH_HOST', { default: '127.0.0.1', about: 'Address to listen on; 0.0.0.0 for all of the machine' }),
  port: integer('OIH_PORT', { default: 3000, min: 0, max: 65_535, about: 'Port to listen on; 0 takes a free one' }),
  dataDir: text('OIH_DATA_DIR', {
    default: './data',
    about: 'Folder of the bundled PostgreSQL and of the keys that the hub makes for itself',
  }),
  databaseUrl: url('OIH_DATABASE_URL', {
    secret: true,
    protocols: ['postgres', 'postgresql'],
    about:
      'PostgreSQL 15 or later to use instead of the bundled one; the login must be allowed to create roles and schemas',
  }),
  databasePool: integer('OIH_DATABASE_POOL', {
    default: 20,
    min: 8,
    max: 1_000,
    about: 'Most database connections of this process',
  }),
  services: list('OIH_SERVICES', {
    choices: serviceNames,
    default: serviceNames,
    about: 'Services that this process runs; also as `--services`',
  }),
  hubUrl: url('OIH_HUB_URL', {
    protocols: ['http', 'https'],
    about: 'Where the services are reached that this process does not run',
  }),
  serviceToken: secret('OIH_SERVICE_TOKEN', {
    about:
      'Token with which this process calls services that it does not run; only needed where IAM has another database',
  }),
  publicUrl: origin('OIH_PUBLIC_URL', {
    about:
      'Where browsers and applications reach the hub, as `https://hub.example.org`; by default where it listens. The OpenID provider is known by it, and OAuth providers lead users back to it',
  }),
  masterKey: secret('OIH_MASTER_KEY', {
    pattern: new RegExp(`^${KEY}$`),
    about: 'The 32 bytes, in base64 or hex, from which other keys come; by default a file in the data folder',
  }),
  masterKeyPrevious: secret('OIH_MASTER_KEY_PREVIOUS', {
    pattern: new RegExp(`^${KEY}(,${KEY})*$`),
    about: 'The master key of before, while it is rotated; several are separated by commas',
  }),
  logLevel: choice('OIH_LOG_LEVEL', logLevels, { default: 'info', about: 'Least important log lines to be written' }),
  trustProxy: cidrs('OIH_TRUST_PROXY', {
    default: [],
    about: 'Ranges of the reverse proxies whose X-Forwarded-For counts',
  }),
})

/** Every variable that the hub knows. */
export const configTables = {
  hub: hubConfig,
  iam: iamConfig,
  secretService: secretServiceConfig,
  componentOrchestrator: componentOrchestratorConfig,
}

/** All values of the configuration. */
export type HubConfig = { readonly [K in keyof typeof configTables]: ConfigValues<(typeof configTables)[K]> }
