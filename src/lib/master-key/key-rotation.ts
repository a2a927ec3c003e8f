import { setTimeout as sleep } from 'node:timers/promises'
import { HubError, messageOf } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Membership } from '../membership.ts'
import { type Database, isConnectionError } from '../postgres.ts'
import { createTicker } from '../ticker.ts'
import { announceKeys, countHolders } from './key-holders.ts'
import { type KeyRecord, lockCurrent, readRecords, retire, switchTo } from './key-record.ts'
import type { KeyRing } from './key-ring.ts'
import { isLockTimeout, whileAlone } from './rotation-lock.ts'
import { countOthers, presentTables, type SealedTable, sealAnew } from './sealed-table.ts'

/** Changes the master key while everything runs. Every process has one, and any of them goes on with what another began. */
export interface KeyRotation {
  /** Takes the keys into use, as `KeyRing.open`, and looks after them from then on. This process is a member already. */
  start(): Promise<void>
  stop(): Promise<void>
  /**
   * Has everything sealed from now on be sealed under a new key, and what is there anew, which may go on for longer. Does nothing while a
   * rotation is under way. Throws `conflict`, saying what to do, where the new key is not there or not in every process.
   */
  begin(): Promise<void>
  state(): Promise<RotationState>
}

/** How things stand. A key that is `retiring` means that a rotation is under way. */
export interface RotationState {
  readonly source: KeySourceKind
  readonly keys: readonly KeyRecord[]
  /** Rows that are not sealed under the current key. */
  readonly left: number
}

type KeySourceKind = KeyRing['source']['kind']

/** What a rotation works with. */
export interface KeyRotationOptions {
  readonly db: Database
  readonly membership: Pick<Membership, 'id'>
  readonly ring: KeyRing
  /** All there are, whoever runs what seals there; those that the database does not have are left out. */
  readonly tables: readonly SealedTable[]
  readonly logger: Pick<Logger, 'info' | 'warn'>
  /** How often source and database are looked at; default 1,000 ms. */
  readonly everyMs?: number
}

/** Rows that a transaction seals anew: some milliseconds of locks. */
const BATCH = 200
/** For how long a beginning waits: for the others to look at the source, for what is being sealed, for another beginning. */
const WAIT_MS = 5_000
const POLL_MS = 100

/** Creates it; it does nothing before `start()`. */
export function createKeyRotation(options: KeyRotationOptions): KeyRotation {
  const { db, membership, ring, tables, logger, everyMs = 1_000 } = options
  let stopping = false
  let told = ''
  const ticker = createTicker({ everyMs, tick })

  async function tick(): Promise<void> {
    try {
      await look()
      await goOn()
      told = ''
    } catch (error) {
      // Once: it is met again at each turn.
      if (!isConnectionError(error) && messageOf(error) !== told)
        logger.warn({ err: error }, 'Work at the master key failed')
      told = messageOf(error)
    }
  }

  /** Announces also what is held of too few keys. */
  async function look(): Promise<void> {
    try {
      await ring.refresh()
    } finally {
      await announceKeys(db, membership.id, ring.ids())
    }
  }

  async function goOn(): Promise<void> {
    if (retiringOf(ring.records()) !== undefined) await whileAlone(db, 1, sealEverythingAnew)
    else if (toPutAside().length > 0) await whileAlone(db, 1, putAside)
  }

  async function sealEverythingAnew(): Promise<void> {
    await ring.refresh()
    const [id, former] = [currentOf(ring.records()), retiringOf(ring.records())]
    if (id === undefined || former === undefined) return
    let unreadable = 0
    for (const table of await presentTables(db, tables)) unreadable += await sealTableAnew(table, id)
    if (stopping) return
    const left = await countLeft(id)
    if (left === 0) {
      await retire(db)
      await look()
      logger.info({ key: id, former }, 'The master key is rotated: nothing is sealed under the former one')
      ticker.wake()
    } else if (unreadable > 0) throw unreadableError(unreadable, former)
  }

  /** Resolves to how many rows no key opens. */
  async function sealTableAnew(table: SealedTable, id: string): Promise<number> {
    const sealing = ring.sealing(table.purpose)
    let unreadable = 0
    let after: readonly unknown[] | undefined
    do {
      const options = { id, sealing, after, most: BATCH }
      const batch = await db.transaction('everything', (tx) => sealAnew(tx, table, options))
      unreadable += batch.unreadable
      after = batch.last
    } while (after !== undefined && !stopping)
    return unreadable
  }

  async function countLeft(id: string): Promise<number> {
    const present = await presentTables(db, tables)
    const counts = present.map((table) => db.transaction('everything', (tx) => countOthers(tx, table, id)))
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
  }

  function toPutAside(): string[] {
    if (ring.source.kind !== 'file') return []
    const retired = new Set(ring.records().flatMap(({ id, state }) => (state === 'retired' ? [id] : [])))
    return ring.ids().filter((id) => retired.has(id))
  }

  async function putAside(): Promise<void> {
    for (const id of toPutAside()) await ring.source.setAside(id)
    await look()
  }

  async function beginAlone(): Promise<true> {
    await look()
    if (retiringOf(ring.records()) !== undefined) return true
    const id = await newKey()
    await untilHeld(id)
    await switchAll(id)
    logger.info({ key: id }, 'The rotation of the master key has begun')
    await look()
    return true
  }

  /** A key that this database has not had; left behind by a beginning that was cut short, or made now. */
  async function newKey(): Promise<string> {
    const found = findNew() ?? ((await ring.source.add()) ? await look().then(findNew) : undefined)
    if (found !== undefined) return found
    const action =
      'start every process with the new key in OIH_MASTER_KEY and the one of now in OIH_MASTER_KEY_PREVIOUS, then ask again'
    throw new HubError(
      'conflict',
      `Cannot rotate the master key as there must be one that was not used before: ${action}`,
    )
  }

  function findNew(): string | undefined {
    const known = new Set(ring.records().map(({ id }) => id))
    const ids = ring.source.kind === 'environment' ? ring.ids().slice(0, 1) : ring.ids()
    return ids.find((id) => !known.has(id))
  }

  async function untilHeld(id: string): Promise<void> {
    for (const until = performance.now() + WAIT_MS; performance.now() < until; await sleep(POLL_MS)) {
      if ((await countHolders(db, id)).lacking === 0) return
    }
  }

  async function switchAll(id: string): Promise<void> {
    const work = db.transaction(async (tx) => {
      await lockCurrent(tx, WAIT_MS)
      const { living, lacking } = await countHolders(tx, id)
      if (lacking > 0) throw notHeld(id, `${lacking} of ${living}`, ring.source.kind)
      await switchTo(tx, id)
    })
    await work.catch((error: unknown) => {
      throw isLockTimeout(error) ? busy('nothing may be sealed meanwhile, and something is', error) : error
    })
  }

  return {
    async start() {
      await ring.load()
      // Before the ring finds out which key it needs: whoever switches then counts this process.
      await announceKeys(db, membership.id, ring.ids())
      await ring.open()
      ticker.start()
    },
    async stop() {
      stopping = true
      await ticker.stop()
    },
    async begin() {
      if (retiringOf(await readRecords(db)) === undefined && (await whileAlone(db, WAIT_MS, beginAlone)) === undefined)
        throw busy('only one process may work at it, and another does')
      ticker.wake()
    },
    async state() {
      const keys = await readRecords(db)
      const id = currentOf(keys)
      return { source: ring.source.kind, keys, left: id === undefined ? 0 : await countLeft(id) }
    },
  }
}

function currentOf(records: readonly KeyRecord[]): string | undefined {
  return records.find(({ state }) => state === 'current')?.id
}

function retiringOf(records: readonly KeyRecord[]): string | undefined {
  return records.find(({ state }) => state === 'retiring')?.id
}

function notHeld(id: string, who: string, source: KeySourceKind): HubError {
  const action =
    source === 'file'
      ? 'give those that use another data folder the same file "master-key"'
      : 'start them with the same OIH_MASTER_KEY and OIH_MASTER_KEY_PREVIOUS as this one'
  const message = `Cannot rotate the master key as every process must hold the new one, "${id}": ${who} do not`
  return new HubError('conflict', `${message}. To go on, ${action}, then ask again`)
}

function busy(reason: string, cause?: unknown): HubError {
  return new HubError('unavailable', `Cannot rotate the master key at the moment as ${reason}: ask again`, { cause })
}

function unreadableError(count: number, former: string): Error {
  return new Error(
    `Cannot finish the rotation as all that is sealed must open: ${count} rows do not. The former master key "${former}" stays in use until they are deleted`,
  )
}
