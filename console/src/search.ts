import type { Listing, Status } from './api/iam-queries.ts'
import type { DomainSort } from './api/metadata-queries.ts'
import type { FlowStatus, RunStatus } from './api/queries.ts'
import type { SecretType } from './api/secret-queries.ts'

// What stands behind the question mark, for each page. Values are texts; what makes no sense is left out.

/** Sign in: where one wanted to go, and whether a session has just ended. */
export interface SignInSearch {
  readonly to?: string
  readonly ended?: 'yes'
}
/** Live events: name patterns separated by spaces, and the chosen event. */
export interface LiveSearch {
  readonly names?: string
  readonly event?: string
}
/** Catalogue: a part of the name or sentence, whether it was seen, and the event that is open. */
export interface CatalogueSearch {
  readonly q?: string
  readonly seen?: 'yes' | 'no'
  readonly event?: string
}
/** Flows: a part of name or description, a status. */
export interface FlowsSearch {
  readonly q?: string
  readonly status?: FlowStatus
  readonly page?: number
}
/** A flow: the chosen step. */
export interface FlowSearch {
  readonly step?: string
}
/** Runs: of a flow, with a status. */
export interface RunsSearch {
  readonly flow?: string
  readonly status?: RunStatus
  readonly page?: number
}
/** A run: the chosen step, by the id of its record, and what of it is shown. */
export interface RunSearch {
  readonly step?: string
  readonly show?: 'input' | 'output' | 'error'
}
/** The audit log: everything that can be searched for. */
export interface AuditSearch {
  readonly service?: string
  readonly name?: string
  readonly user?: string
  readonly tenant?: string
  readonly flow?: string
  /** The id of what it happened to. */
  readonly about?: string
  readonly page?: number
}
/** Secrets: of a type; what is being done, and by which provider; the one that was just obtained from a provider, which leads to its page. */
export interface SecretsSearch extends Listing {
  readonly type?: SecretType
  readonly provider?: string
  readonly secretId?: string
  readonly do?: 'create'
}
/** A secret: the page of those who read it, and what is being done. */
export interface SecretSearch {
  readonly page?: number
  readonly do?: 'change' | 'value' | 'connect' | 'share' | 'owner' | 'delete'
}
/** Providers; and what is being done. */
export interface ProvidersSearch {
  readonly page?: number
  readonly do?: 'create'
}
/** A provider: the page of its secrets, and what is being done. */
export interface ProviderSearch {
  readonly page?: number
  readonly do?: 'connect' | 'change' | 'share' | 'delete'
}

/** Domains: only those that are public, or only those that are not; and what is being done. */
export interface DomainsSearch extends Listing {
  readonly public?: 'yes' | 'no'
  readonly sort?: DomainSort
  readonly do?: 'create'
}
/** A domain: which of its schemas are shown, and what is being done. */
export interface DomainSearch {
  readonly q?: string
  readonly do?: 'schema' | 'import' | 'change' | 'delete'
}
/** A schema: what of it is shown; of its versions the page, and which two are compared; what is being done. */
export interface SchemaSearch {
  readonly show?: 'change' | 'versions' | 'validate'
  readonly page?: number
  readonly from?: number
  readonly to?: number
  readonly do?: 'delete'
}

/** Users: with a status, of a tenant, who have a role; and what is being done. */
export interface UsersSearch extends Listing {
  readonly status?: Status
  readonly tenant?: string
  readonly role?: string
  readonly sort?: 'username' | '-username' | 'createdAt' | '-createdAt'
  readonly do?: 'create'
}
/** A user: the permission that is asked about, in which tenant, and what is being done. */
export interface UserSearch {
  readonly permission?: string
  readonly tenant?: string
  readonly do?: 'change' | 'rights' | 'password' | 'delete'
}
/** Tenants: with a status; and what is being done. */
export interface TenantsSearch extends Listing {
  readonly status?: Status
  readonly sort?: 'name' | '-name' | 'createdAt' | '-createdAt'
  readonly do?: 'create' | 'import'
}
/** A tenant: which of its members are shown, and what is being done. */
export interface TenantSearch extends Listing {
  readonly status?: Status
  readonly sort?: 'username' | '-username' | 'createdAt' | '-createdAt'
  readonly do?: 'rename' | 'key' | 'export' | 'delete' | 'take-in'
}
/** Roles; and what is being done. */
export interface RolesSearch extends Listing {
  readonly do?: 'create'
}
/** A role, and what is being done with it. */
export interface RoleSearch {
  readonly do?: 'change' | 'delete'
}
/** Tokens and logins: whose, one's own unless an id or "all" is given; and what is being done. */
export interface TokensSearch {
  readonly of?: string
  readonly page?: number
  readonly do?: 'create'
}
/** One's own account: the permission that is asked about. */
export interface AccountSearch {
  readonly permission?: string
}
/** Applications; and what is being done. */
export interface ClientsSearch {
  readonly page?: number
  readonly do?: 'create'
}
/** An application, and what is being done with it. */
export interface ClientSearch {
  readonly do?: 'change' | 'secret' | 'delete'
}

type Raw = Record<string, unknown>
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function text(raw: Raw, ...names: string[]): Record<string, string> {
  const given = names.map((name) => [name, raw[name]] as const)
  return Object.fromEntries(
    given.filter((pair): pair is [string, string] => typeof pair[1] === 'string' && pair[1] !== ''),
  )
}

function oneOf<T extends string>(raw: Raw, name: string, values: readonly T[]): Record<string, T> {
  const found = values.find((value) => value === raw[name])
  return found === undefined ? {} : { [name]: found }
}

function page(raw: Raw): { page?: number } {
  const { page: number = 1 } = ordinal(raw, 'page')
  return number > 1 ? { page: number } : {}
}

function ordinal(raw: Raw, name: string): Record<string, number> {
  const number = Number(raw[name])
  return Number.isInteger(number) && number > 0 && number <= 1_000_000 ? { [name]: number } : {}
}

const statuses = ['ACTIVE', 'DISABLED', 'PENDING'] as const
const secretTypes: readonly SecretType[] = [
  'SIMPLE',
  'MIXED',
  'API_KEY',
  'OA1_TWO_LEGGED',
  'OA1_THREE_LEGGED',
  'OA2_AUTHORIZATION_CODE',
  'OA2_CLIENT_CREDENTIALS',
  'SESSION_AUTH',
]
const domainSorts: readonly DomainSort[] = ['name', '-name', 'updatedAt', '-updatedAt']
const userSorts = ['username', '-username', 'createdAt', '-createdAt'] as const

const id = (raw: Raw, name: string) => (uuid.test(String(raw[name])) ? text(raw, name) : {})
const listing = (raw: Raw): Listing => ({ ...text(raw, 'q'), ...page(raw) })

/** A path of this console; anything else could lead a person elsewhere. */
const ownPath = (value: unknown) => typeof value === 'string' && /^\/(?![/\\])/.test(value)

/** The checks, by page. */
export const readSearch = {
  signIn: (raw: Raw): SignInSearch => ({
    ...(ownPath(raw.to) ? text(raw, 'to') : {}),
    ...oneOf(raw, 'ended', ['yes']),
  }),
  live: (raw: Raw): LiveSearch => text(raw, 'names', 'event'),
  catalogue: (raw: Raw): CatalogueSearch => ({ ...text(raw, 'q', 'event'), ...oneOf(raw, 'seen', ['yes', 'no']) }),
  flows: (raw: Raw): FlowsSearch => ({
    ...text(raw, 'q'),
    ...oneOf(raw, 'status', ['inactive', 'starting', 'active', 'stopping']),
    ...page(raw),
  }),
  flow: (raw: Raw): FlowSearch => text(raw, 'step'),
  runs: (raw: Raw): RunsSearch => ({
    ...id(raw, 'flow'),
    ...oneOf(raw, 'status', ['running', 'success', 'failed']),
    ...page(raw),
  }),
  run: (raw: Raw): RunSearch => ({ ...text(raw, 'step'), ...oneOf(raw, 'show', ['input', 'output', 'error']) }),
  audit: (raw: Raw): AuditSearch => ({
    ...text(raw, 'service', 'name', 'user', 'tenant', 'flow', 'about'),
    ...page(raw),
  }),
  secrets: (raw: Raw): SecretsSearch => ({
    ...listing(raw),
    ...oneOf(raw, 'type', secretTypes),
    ...id(raw, 'provider'),
    ...id(raw, 'secretId'),
    ...oneOf(raw, 'do', ['create']),
  }),
  secret: (raw: Raw): SecretSearch => ({
    ...page(raw),
    ...oneOf(raw, 'do', ['change', 'value', 'connect', 'share', 'owner', 'delete']),
  }),
  providers: (raw: Raw): ProvidersSearch => ({ ...page(raw), ...oneOf(raw, 'do', ['create']) }),
  provider: (raw: Raw): ProviderSearch => ({
    ...page(raw),
    ...oneOf(raw, 'do', ['connect', 'change', 'share', 'delete']),
  }),
  domains: (raw: Raw): DomainsSearch => ({
    ...listing(raw),
    ...oneOf(raw, 'public', ['yes', 'no']),
    ...oneOf(raw, 'sort', domainSorts),
    ...oneOf(raw, 'do', ['create']),
  }),
  domain: (raw: Raw): DomainSearch => ({
    ...text(raw, 'q'),
    ...oneOf(raw, 'do', ['schema', 'import', 'change', 'delete']),
  }),
  schema: (raw: Raw): SchemaSearch => ({
    ...oneOf(raw, 'show', ['change', 'versions', 'validate']),
    ...page(raw),
    ...ordinal(raw, 'from'),
    ...ordinal(raw, 'to'),
    ...oneOf(raw, 'do', ['delete']),
  }),
  users: (raw: Raw): UsersSearch => ({
    ...listing(raw),
    ...oneOf(raw, 'status', statuses),
    ...id(raw, 'tenant'),
    ...id(raw, 'role'),
    ...oneOf(raw, 'sort', userSorts),
    ...oneOf(raw, 'do', ['create']),
  }),
  user: (raw: Raw): UserSearch => ({
    ...text(raw, 'permission'),
    ...id(raw, 'tenant'),
    ...oneOf(raw, 'do', ['change', 'rights', 'password', 'delete']),
  }),
  tenants: (raw: Raw): TenantsSearch => ({
    ...listing(raw),
    ...oneOf(raw, 'status', statuses),
    ...oneOf(raw, 'sort', ['name', '-name', 'createdAt', '-createdAt']),
    ...oneOf(raw, 'do', ['create', 'import']),
  }),
  tenant: (raw: Raw): TenantSearch => ({
    ...listing(raw),
    ...oneOf(raw, 'status', statuses),
    ...oneOf(raw, 'sort', userSorts),
    ...oneOf(raw, 'do', ['rename', 'key', 'export', 'delete', 'take-in']),
  }),
  roles: (raw: Raw): RolesSearch => ({ ...listing(raw), ...oneOf(raw, 'do', ['create']) }),
  role: (raw: Raw): RoleSearch => oneOf(raw, 'do', ['change', 'delete']),
  tokens: (raw: Raw): TokensSearch => ({
    ...(raw.of === 'all' ? { of: 'all' } : id(raw, 'of')),
    ...page(raw),
    ...oneOf(raw, 'do', ['create']),
  }),
  account: (raw: Raw): AccountSearch => text(raw, 'permission'),
  clients: (raw: Raw): ClientsSearch => ({ ...page(raw), ...oneOf(raw, 'do', ['create']) }),
  client: (raw: Raw): ClientSearch => oneOf(raw, 'do', ['change', 'secret', 'delete']),
}

/** Reads the part of an address behind the question mark; of a name that comes twice the last counts. */
export function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search))
}

/** Writes it, as people would: no quotes, nothing for what is not given. */
export function stringifySearch(search: Raw): string {
  const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '')
  const params = new URLSearchParams(given.map(([name, value]) => [name, String(value)]))
  return params.size === 0 ? '' : `?${params}`
}
