import { linkOptions } from '@tanstack/react-router'
import type { SchemaPlace } from './api/schema-place.ts'
import type {
  AccountSearch,
  AuditSearch,
  CatalogueSearch,
  ClientSearch,
  ClientsSearch,
  DomainSearch,
  DomainsSearch,
  FlowSearch,
  FlowsSearch,
  LiveSearch,
  ProviderSearch,
  ProvidersSearch,
  RoleSearch,
  RolesSearch,
  RunSearch,
  RunsSearch,
  SchemaSearch,
  SecretSearch,
  SecretsSearch,
  SignInSearch,
  TenantSearch,
  TenantsSearch,
  TokensSearch,
  UserSearch,
  UsersSearch,
} from './search.ts'

/** Every link of the console comes from here. */
export const pathTo = {
  signIn: (search: SignInSearch = {}) => linkOptions({ to: '/sign-in', search }),
  live: (search: LiveSearch = {}) => linkOptions({ to: '/live', search }),
  catalogue: (search: CatalogueSearch = {}) => linkOptions({ to: '/catalogue', search }),
  flows: (search: FlowsSearch = {}) => linkOptions({ to: '/flows', search }),
  flow: (flowId: string, search: FlowSearch = {}) => linkOptions({ to: '/flows/$flowId', params: { flowId }, search }),
  runs: (search: RunsSearch = {}) => linkOptions({ to: '/runs', search }),
  run: (runId: string, search: RunSearch = {}) => linkOptions({ to: '/runs/$runId', params: { runId }, search }),
  audit: (search: AuditSearch = {}) => linkOptions({ to: '/audit', search }),
  auditEntry: (entryId: string) => linkOptions({ to: '/audit/$entryId', params: { entryId } }),
  secrets: (search: SecretsSearch = {}) => linkOptions({ to: '/secrets', search }),
  secret: (secretId: string, search: SecretSearch = {}) =>
    linkOptions({ to: '/secrets/$secretId', params: { secretId }, search }),
  providers: (search: ProvidersSearch = {}) => linkOptions({ to: '/providers', search }),
  provider: (providerId: string, search: ProviderSearch = {}) =>
    linkOptions({ to: '/providers/$providerId', params: { providerId }, search }),
  domains: (search: DomainsSearch = {}) => linkOptions({ to: '/domains', search }),
  domain: (domainId: string, search: DomainSearch = {}) =>
    linkOptions({ to: '/domains/$domainId', params: { domainId }, search }),
  schema: ({ domainId, uri }: SchemaPlace, search: SchemaSearch = {}) =>
    linkOptions({ to: '/domains/$domainId/schemas/$', params: { domainId, _splat: uri }, search }),
  users: (search: UsersSearch = {}) => linkOptions({ to: '/users', search }),
  user: (userId: string, search: UserSearch = {}) => linkOptions({ to: '/users/$userId', params: { userId }, search }),
  tenants: (search: TenantsSearch = {}) => linkOptions({ to: '/tenants', search }),
  tenant: (tenantId: string, search: TenantSearch = {}) =>
    linkOptions({ to: '/tenants/$tenantId', params: { tenantId }, search }),
  roles: (search: RolesSearch = {}) => linkOptions({ to: '/roles', search }),
  role: (roleId: string, search: RoleSearch = {}) => linkOptions({ to: '/roles/$roleId', params: { roleId }, search }),
  tokens: (search: TokensSearch = {}) => linkOptions({ to: '/tokens', search }),
  account: (search: AccountSearch = {}) => linkOptions({ to: '/account', search }),
  clients: (search: ClientsSearch = {}) => linkOptions({ to: '/clients', search }),
  client: (clientId: string, search: ClientSearch = {}) =>
    linkOptions({ to: '/clients/$clientId', params: { clientId }, search }),
}

/** Where a flow takes things in: outside the console, at the hub. */
export function webhookUrl(flowId: string): string {
  return `${location.origin}/webhooks/hook/${flowId}`
}
