import pLimit from 'p-limit'
import { HubError } from '#lib/errors'
import type { Tx } from '#lib/postgres'
import { demand, type Principal } from '#lib/principal'
import { scopeOf } from '#lib/scope'
import { changeScope, demandChange } from '../access.ts'
import { found, type MetadataRepositoryDeps } from '../deps.ts'
import { permissions } from '../permissions.ts'
import type { Domain } from './domain.ts'
import { findDomainById } from './domain-store.ts'

/** Any number, the same for all processes. */
const SCHEMA_LOCK = 0x4f49484d

/**
 * Keeps other changes of schemas waiting until the transaction ends: what refers to what, and whether that fits, is looked at and changed
 * by one at a time, whosever it is. One lock for all, as references lead from tenant to tenant, so that several would be taken in any order; it is held for some
 * statements only, as schemas are checked before.
 */
export async function lockSchemas(tx: Tx): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [SCHEMA_LOCK])
}

/**
 * The domain, which the principal may change. Throws `not-found`, or `forbidden`: also for a domain that is not there, where the principal
 * lacks the permission, so that this tells nothing of domains.
 */
export async function readChangeable(
  { db }: Pick<MetadataRepositoryDeps, 'db'>,
  principal: Principal,
  id: string,
): Promise<Domain> {
  const domain = await db.transaction(scopeOf(principal), (tx) => findDomainById(tx, id))
  if (domain === undefined) demand(principal, permissions.crud)
  const there = found(domain, 'domain', 'id')
  demandChange(principal, there)
  return there
}

/** Whoever waits for the lock holds a connection, and others need some too. */
const turns = pLimit(4)
/** More do not wait. */
const MOST_WAITING = 100

/** Runs `work` with the domain, which the principal may change, while nobody else changes domains or schemas. Throws `not-found`, `forbidden`, `unavailable` where too many wait,
 * and the signal's reason where the caller has gone before it is its turn. */
export async function changingDomain<T>(
  parts: Pick<MetadataRepositoryDeps, 'db'>,
  { principal, id, signal }: { readonly principal: Principal; readonly id: string; readonly signal?: AbortSignal },
  work: (tx: Tx, domain: Domain) => Promise<T>,
): Promise<T> {
  const seen = await readChangeable(parts, principal, id)
  if (turns.pendingCount >= MOST_WAITING)
    throw new HubError('unavailable', 'Too many changes of schemas wait: try again')
  return turns(() => {
    signal?.throwIfAborted()
    return parts.db.transaction(changeScope(seen), async (tx) => {
      await lockSchemas(tx)
      const domain = found(await findDomainById(tx, id, true), 'domain', 'id')
      demandChange(principal, domain)
      // What the transaction must see has become more.
      if (domain.public !== seen.public) throw new HubError('unavailable', 'Another request was in the way: try again')
      return work(tx, domain)
    })
  })
}
