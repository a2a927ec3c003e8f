import { hash } from 'node:crypto'
import { HubError } from './errors.ts'

/** Something one may be allowed to do. Scope `tenant`: within the holder's own tenant only. */
export interface Permission {
  readonly name: string
  readonly scope: 'tenant' | 'platform'
  readonly description: string
}

/** Who makes a request. Holds no personal data: the id is enough to look a person up. */
export interface Principal {
  readonly kind: 'user' | 'service'
  readonly id: string
  /** The tenant it acts in; absent for platform accounts. */
  readonly tenant?: string
  readonly permissions: ReadonlySet<string>
  readonly tokenId: string
  /** When its token ends, in epoch milliseconds; absent = never. */
  readonly expiresAt?: number
  /** The flow whose runs act by the token, in the name of the account. */
  readonly flowId?: string
  /** The secrets that those runs may read; with `flowId` only. */
  readonly secretIds?: ReadonlySet<string>
  /** It came by a value of the token that was replaced and is good for a while only. The IAM alone tells. */
  readonly isReplaced?: true
}

/** What somebody wants to do something with: as far as that matters, whose it is. */
export interface Thing {
  /** Undefined for what belongs to no tenant. */
  readonly tenant: string | undefined
}

/**
 * Whether the principal may: by the exact name, by `all`, or by `tenant.all` for what lies within its tenant; and, where a thing is
 * given, whether that is within its reach: of its tenant, or of any for those who see everything and for services of the hub.
 */
export function can(principal: Principal, permission: Permission, thing?: Thing): boolean {
  const { permissions, tenant } = principal
  if (permissions.has('all')) return true
  if (thing && !reaches(principal, thing)) return false
  if (permissions.has(permission.name)) return true
  return permission.scope === 'tenant' && tenant !== undefined && permissions.has('tenant.all')
}

function reaches({ kind, tenant }: Principal, thing: Thing): boolean {
  if (tenant !== undefined) return thing.tenant === tenant
  return kind === 'service'
}

/** Throws `forbidden`, naming the permission, unless the principal has it. */
export function demand(principal: Principal, permission: Permission): void {
  if (can(principal, permission)) return
  throw new HubError('forbidden', `Cannot do this as the permission "${permission.name}" is required`)
}

/** Whether the principal sees the things of every tenant. */
export function seesEverything(principal: Principal): boolean {
  return principal.permissions.has('all')
}

/** Whether two looks at a token found the same: the same account in the same tenant, with the same permissions. */
export function isSame(one: Principal, other: Principal): boolean {
  const { permissions } = one
  return (
    one.id === other.id &&
    one.tenant === other.tenant &&
    permissions.size === other.permissions.size &&
    permissions.isSubsetOf(other.permissions)
  )
}

/** The principal of a token; `undefined` when the token is not valid. Throws `unavailable` when it cannot know. */
export type TokenLookup = (token: string) => Promise<Principal | undefined>

/** What `createPrincipalCache` takes. */
export interface PrincipalCacheOptions {
  readonly lookup: TokenLookup
  /** Milliseconds since this process last confirmed that it has applied all `iam.*` events; `Infinity` = never. */
  readonly freshness: () => number
  /** Up to which freshness a kept principal is used, in milliseconds; default 1000. */
  readonly maxAge?: number
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Default 10,000; the one that was not used for longest makes room. */
  readonly maxEntries?: number
  /** After how many milliseconds the lookup is asked again in any case, so that it hears which tokens are in use; default 60,000. */
  readonly askAgainAfter?: number
}

/** Verified tokens of this process. */
export interface PrincipalCache {
  readonly resolve: TokenLookup
  /** Forgets everything. A lookup under way at this moment still answers its callers, but is not kept. */
  clear(): void
}

/**
 * Keeps the principals of verified tokens, by the hash of the token. One is used only while this process knows of every
 * revocation up to `maxAge` ago; otherwise the lookup is asked, and its failure is the caller's `unavailable`. Unknown tokens
 * and failures are never kept. Concurrent calls with one token share a lookup.
 */
export function createPrincipalCache(options: PrincipalCacheOptions): PrincipalCache {
  const { lookup, freshness, maxAge = 1000, clock, maxEntries = 10_000, askAgainAfter = 60_000 } = options
  const kept = new Map<string, KeptPrincipal>()
  let underWay = new Map<string, Promise<Principal | undefined>>()
  let generation = 0

  function keep(key: string, entry: KeptPrincipal): void {
    kept.delete(key)
    kept.set(key, entry)
    const [oldest] = kept.keys()
    if (kept.size > maxEntries && oldest !== undefined) kept.delete(oldest)
  }

  async function ask(key: string, token: string): Promise<Principal | undefined> {
    const asked = generation
    const principal = await lookup(token).catch(refuse)
    // A revocation may have been applied since the lookup read: its answer must not outlive that.
    if (principal && asked === generation) keep(key, { principal, askedAt: clock() })
    return principal
  }

  async function resolve(token: string): Promise<Principal | undefined> {
    const key = hash('sha256', token, 'base64')
    const entry = kept.get(key)
    const isStale = entry && (isOver(entry.principal, clock()) || clock() - entry.askedAt >= askAgainAfter)
    if (isStale) kept.delete(key)
    else if (entry && freshness() <= maxAge) {
      keep(key, entry)
      return entry.principal
    }
    return valid(await share(underWay, key, () => ask(key, token)), clock())
  }

  function clear(): void {
    generation++
    kept.clear()
    // A caller from now on must not join a lookup that may have read before the revocation.
    underWay = new Map()
  }

  return { resolve, clear }
}

interface KeptPrincipal {
  readonly principal: Principal
  /** Epoch milliseconds. */
  readonly askedAt: number
}

function isOver({ expiresAt }: Principal, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now
}

function valid(principal: Principal | undefined, now: number): Principal | undefined {
  return principal && !isOver(principal, now) ? principal : undefined
}

function refuse(cause: unknown): never {
  if (cause instanceof HubError) throw cause
  throw new HubError('unavailable', 'Cannot verify the token at the moment', { cause })
}

/** The promise under way for the key, or a new one that is there until it settles. */
function share<T>(underWay: Map<string, Promise<T>>, key: string, begin: () => Promise<T>): Promise<T> {
  const running = underWay.get(key)
  if (running) return running
  const begun = begin().finally(() => underWay.delete(key))
  underWay.set(key, begun)
  return begun
}
