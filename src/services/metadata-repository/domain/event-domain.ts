import type { Tx } from '#lib/postgres'
import { createTicker, type Ticker } from '#lib/ticker'
import type { EventSchema, MetadataRepositoryDeps } from '../deps.ts'
import { prepareSchema } from '../language/prepared-schema.ts'
import { changeSchema, type Schema } from '../schema/schema.ts'
import type { Wish } from '../schema/schema-change.ts'
import { deleteSchemaById, findSchemasIn } from '../schema/schema-store.ts'
import { type SoundChange, schemaFields, storeChanges } from '../schema/schema-writer.ts'
import type { Domain } from './domain.ts'
import { lockSchemas } from './domain-change.ts'
import { findDomainById, insertDomain } from './domain-store.ts'

/** The same in every hub: schemas and flows of one that name the schema of an event mean the same in another. */
export const EVENT_DOMAIN = '00000000-0000-7000-8000-00000000e7e7'

type Parts = Pick<MetadataRepositoryDeps, 'db' | 'bus' | 'clock' | 'events'>

/** After how many milliseconds it is tried again where it could not be done. */
const TRY_AGAIN_MS = 10_000

/**
 * Does it once after `start`, which does not wait: for a new hub it takes 0.1 s. `stop` waits for what is under way.
 */
export function eventDomainKeeper(
  parts: Parts & Pick<MetadataRepositoryDeps, 'logger'>,
): Pick<Ticker, 'start' | 'stop'> {
  let isDone = false
  return createTicker({
    everyMs: TRY_AGAIN_MS,
    async tick() {
      if (isDone) return
      try {
        await keepEventDomain(parts)
        isDone = true
      } catch (err) {
        parts.logger.warn({ err }, 'The domain of the events could not be brought up to date')
      }
    },
  })
}

/**
 * Brings the public domain `oih-events` up to date: one schema an event, `<name>.json`, of its payload. What has changed becomes another version, what is
 * gone goes, whoever refers to it; each change is told by its event. Nothing is written where all is as it should be; processes that
 * start at the same time take turns.
 */
export async function keepEventDomain(parts: Parts): Promise<void> {
  const { db, events } = parts
  const domain = eventDomain(parts.clock())
  const wishes = events.map(wishFor)
  const isCurrent = await db.transaction('everything', async (tx) => isEmpty(await differences(tx, domain, wishes)))
  if (isCurrent) return
  await db.transaction('everything', async (tx) => {
    await lockSchemas(tx)
    const found = await differences(tx, domain, wishes)
    if (!isEmpty(found)) await settle(parts, tx, domain, found)
  })
}

function eventDomain(now: Date): Domain {
  return {
    ...{ id: EVENT_DOMAIN, tenantId: undefined, ownerId: undefined, public: true, compatibility: 'NONE' },
    ...{ name: 'oih-events', description: 'The payloads of the events of this hub, in step with its catalogue' },
    ...{ createdAt: now, updatedAt: now },
  }
}

function wishFor({ name, summary, payload }: EventSchema): Wish {
  const value = { title: name, description: summary, ...payload }
  const prepared = prepareSchema(value, { domainId: EVENT_DOMAIN, origin: '', uri: `${name}.json` })
  if (prepared.faults.length + prepared.broken.length > 0)
    throw new Error(`Cannot publish the schema of event "${name}" as it must be sound: ${prepared.faults[0]?.message}`)
  return { prepared, input: { name, description: summary } }
}

interface Differences {
  readonly isNew: boolean
  readonly changes: readonly SoundChange[]
  readonly gone: readonly Schema[]
}

async function differences(tx: Tx, domain: Domain, wishes: readonly Wish[]): Promise<Differences> {
  const [isThere, stored] = await Promise.all([findDomainById(tx, domain.id), findSchemasIn(tx, domain.id)])
  const there = new Map(stored.map((each) => [each.schema.location, each]))
  const wanted = new Set(wishes.map(({ prepared }) => prepared.location))
  const changes = wishes.map(({ prepared, input }): SoundChange => {
    const before = there.get(prepared.location)
    return { prepared, input, before, isOtherValue: before?.text !== JSON.stringify(prepared.value) }
  })
  return {
    isNew: isThere === undefined && wishes.length > 0,
    changes: changes.filter(isChange),
    gone: stored.flatMap(({ schema }) => (wanted.has(schema.location) ? [] : [schema])),
  }
}

function isChange(change: SoundChange): boolean {
  const { before } = change
  return before === undefined || changeSchema(before.schema, change, before.schema.updatedAt).changed.length > 0
}

function isEmpty({ isNew, changes, gone }: Differences): boolean {
  return !isNew && changes.length === 0 && gone.length === 0
}

async function settle(parts: Parts, tx: Tx, domain: Domain, { isNew, changes, gone }: Differences): Promise<void> {
  if (isNew) {
    await insertDomain(tx, domain)
    const { id, name } = domain
    await parts.bus.publish(tx, { name: 'metadata.domain.created', payload: { id, name, public: true } })
  }
  await storeChanges(parts, tx, { domain, changes, prepared: new Map(), by: undefined })
  for (const schema of gone) {
    await deleteSchemaById(tx, schema.id)
    const payload = { ...schemaFields(schema, undefined), name: schema.name }
    await parts.bus.publish(tx, { name: 'metadata.schema.deleted', payload })
  }
}
