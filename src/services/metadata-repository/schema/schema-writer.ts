import pLimit from 'p-limit'
import type { Payloads } from '#catalogue'
import type { NewEvent } from '#event-bus'
import { HubError } from '#lib/errors'
import { newId } from '#lib/id'
import type { Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import { changeScope } from '../access.ts'
import { type By, eventFields, type MetadataRepositoryDeps } from '../deps.ts'
import type { Domain } from '../domain/domain.ts'
import { changingDomain, readChangeable } from '../domain/domain-change.ts'
import type { PreparedSchema } from '../language/prepared-schema.ts'
import type { BrokenReference } from '../language/schema-reference.ts'
import { type Examining, findBreaks, findFaults, type SchemaFault, withBroken } from './examination.ts'
import { flowsHurt } from './flow-usage.ts'
import { demandKept, demandNoFaults, type Where } from './refusal.ts'
import { changeSchema, createSchema, longestLocation, type Schema, type SchemaField } from './schema.ts'
import { fingerprintOf, lookAt, type SchemaChange, type Wish } from './schema-change.ts'
import { insertSchema, updateSchema } from './schema-store.ts'
import { findVersion, insertVersion } from './version-store.ts'

/** Who wants what of which domain, which the principal may change. */
export interface Request {
  readonly principal: Principal
  readonly domain: Domain
  readonly wishes: readonly Wish[]
  /** Where in the request the schemas stand; default `value`. */
  readonly where?: Where
  /** Ends the checks when nobody waits for the answer any more. */
  readonly signal: AbortSignal
  /** Throws where the wishes do not fit what is there. */
  demand(changes: readonly SchemaChange[], prepared: ReadonlyMap<string, PreparedSchema>): void
}

/** A schema that was stored, or is as it was. */
export interface Written {
  readonly schema: Schema
  readonly value: PreparedSchema['value']
  readonly dialect: PreparedSchema['dialect']
  readonly broken: readonly BrokenReference[]
}

/** Somebody else may change what a check has rested on: so often it is begun again. */
const MOST_ATTEMPTS = 5

/**
 * Fulfils the wishes, all or none: each changed value is a new version, and each schema that is new or has changed an event. The checks,
 * which may take long, run outside of any transaction; nothing is stored unless all that they rest on is still the same. Throws `invalid-body` for faults
 * and `incompatible-schema` for what would break promises.
 */
export async function writeSchemas(parts: MetadataRepositoryDeps, request: Request): Promise<readonly Written[]> {
  const { principal, wishes } = request
  demandNoFaults(
    wishes.flatMap(({ prepared }) => preparedFaults(prepared)),
    request.where,
  )
  let { domain } = request
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const stored = await tryToWrite(parts, { ...request, domain })
    if (stored) return stored
    domain = await readChangeable(parts, principal, domain.id)
  }
  throw new HubError('unavailable', 'Other requests were in the way: try again')
}

/** Each may read many schemas: of so many at a time connections and memory are left for others. */
const looks = pLimit(4)

/** Undefined = something that the checks have rested on is another by now. */
async function tryToWrite(parts: MetadataRepositoryDeps, request: Request): Promise<readonly Written[] | undefined> {
  const { principal, domain, wishes, signal } = request
  const scope = changeScope(domain)
  const outlook = await looks(() => parts.db.transaction(scope, (tx) => lookAt(tx, domain, wishes)))
  signal.throwIfAborted()
  const prepared = withBroken(outlook)
  request.demand(outlook.changes, prepared)
  const examining: Examining = {
    ...{ checks: parts.checks, key: keyOf(principal), signal },
    readVersion: (id, version) => parts.db.transaction(scope, (tx) => findVersion(tx, id, version)),
  }
  demandNoFaults(await findFaults(outlook, examining), request.where)
  const findings = await findBreaks(outlook, examining)
  await demandKept(findings, () => flowsHurt(parts, principal, outlook, findings), request.where)
  return changingDomain(parts, { principal, id: domain.id, signal }, async (tx, domain) => {
    const now = await lookAt(tx, domain, wishes)
    if (fingerprintOf(now) !== fingerprintOf(outlook)) return undefined
    return storeChanges(parts, tx, { domain, changes: now.changes, prepared, by: principal })
  })
}

/** Whose turn a principal's checks take. */
export function keyOf({ tenant, id }: Principal): string {
  return tenant ?? id
}

function preparedFaults({ uri, location, faults }: PreparedSchema): SchemaFault[] {
  const message = `Cannot place the schema as its location must have at most ${longestLocation} characters`
  const tooLong = location.length > longestLocation ? [{ path: '', message }] : []
  return [...faults, ...tooLong].map((fault) => ({ uri, path: fault.path, message: fault.message }))
}

type Told = { [N in keyof Payloads & `metadata.schema.${string}`]: NewEvent<N, Payloads[N]> }[keyof Payloads &
  `metadata.schema.${string}`]

/** A change as far as it is stored. */
export type SoundChange = Pick<SchemaChange, 'prepared' | 'input' | 'isOtherValue'> & {
  readonly before: Pick<NonNullable<SchemaChange['before']>, 'schema'> | undefined
}

/** Changes that are known to be sound. */
export interface Storing {
  readonly domain: Domain
  readonly changes: readonly SoundChange[]
  /** By location, where it is to be stored otherwise than the change has it. */
  readonly prepared: ReadonlyMap<string, PreparedSchema>
  readonly by: By
}

/** Stores the changes as they are, while nobody else changes anything: each that is one gets its event. */
export async function storeChanges(
  parts: Pick<MetadataRepositoryDeps, 'bus' | 'clock'>,
  tx: Tx,
  storing: Storing,
): Promise<readonly Written[]> {
  const events: Told[] = []
  const written: Written[] = []
  const statements: Promise<void>[] = []
  for (const change of storing.changes) {
    const { schema, event } = applied(parts, storing, change)
    const { value, dialect, broken } = storing.prepared.get(schema.location) ?? change.prepared
    written.push({ schema, value, dialect, broken })
    if (event === undefined) continue
    events.push(event)
    // They go out together, in this order.
    statements.push(change.before ? updateSchema(tx, schema) : insertSchema(tx, schema))
    if (!change.isOtherValue) continue
    const { id: schemaId, tenantId, version, refs } = schema
    const made = { broken, createdBy: storing.by?.id, createdAt: schema.updatedAt }
    statements.push(
      insertVersion(tx, { schemaId, version, tenantId, dialect, value: JSON.stringify(value), refs, ...made }),
    )
  }
  await Promise.all(statements)
  await parts.bus.publishAll(tx, events)
  return written
}

/** The schema after the change, and the event that tells of it; none where nothing changes. */
function applied(
  { clock }: Pick<MetadataRepositoryDeps, 'clock'>,
  { domain, by }: Storing,
  { prepared, input, before, isOtherValue }: SoundChange,
): { readonly schema: Schema; readonly event?: Told } {
  if (before === undefined) {
    const making = { id: newId(), tenantId: domain.tenantId, domainId: domain.id, now: clock() }
    const schema = createSchema(prepared, input, making)
    const { name, version } = schema
    return {
      schema,
      event: { name: 'metadata.schema.created', payload: { ...schemaFields(schema, by), name, version } },
    }
  }
  const { schema, changed } = changeSchema(before.schema, { prepared, input, isOtherValue }, clock())
  if (changed.length === 0) return { schema }
  const values = { before: valuesOf(before.schema, changed), after: valuesOf(schema, changed) }
  const payload = { ...schemaFields(schema, by), version: schema.version, changed: [...changed], ...values }
  return { schema, event: { name: 'metadata.schema.modified', payload } }
}

/** The fields that every event about a schema has. */
export function schemaFields(schema: Schema, by: By) {
  return { ...eventFields(schema, by), domainId: schema.domainId, uri: schema.uri }
}

function valuesOf(schema: Schema, changed: readonly SchemaField[]) {
  const { name, description, version } = schema
  return {
    ...(changed.includes('name') && { name }),
    ...(changed.includes('description') && description && { description }),
    ...(changed.includes('version') && { version }),
  }
}
