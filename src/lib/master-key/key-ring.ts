import type { Database, Tx } from '../postgres.ts'
import { createSealing, type Sealing } from '../sealing.ts'
import type { KeySource } from './key.ts'
import { ID_BYTES, type Key } from './key.ts'
import { insertFirst, type KeyRecord, lockCurrent, readRecords, shareCurrent } from './key-record.ts'
import type { MasterKey, MasterSealing } from './master-key.ts'

/** The master keys that this process holds: several can open, and the one that the database names seals. */
export interface KeyRing extends MasterKey {
  readonly source: KeySource
  /** Ids of the keys held. */
  ids(): string[]
  /** What the database knew of its keys when it was last looked at. */
  records(): readonly KeyRecord[]
  /** Reads the source; nothing may be made there yet. */
  load(): Promise<void>
  /**
   * Takes the keys into use. The first start on a database makes one, where none is there, and begins the database with it; after that it
   * throws, saying what to do, unless every key is there that something is sealed under: there is nothing to fall back on.
   */
  open(): Promise<void>
  /** Looks again at source and database. Throws as `open`, and then keeps the keys that it had. */
  refresh(): Promise<void>
}

/** For how long the first start waits for another's. */
const FIRST_START_MS = 30_000

/** Creates a ring without keys. */
export function createKeyRing({ db, source }: { readonly db: Database; readonly source: KeySource }): KeyRing {
  let held: ReadonlyMap<string, Key> = new Map()
  let records: readonly KeyRecord[] = []

  async function load(): Promise<void> {
    held = byId(await source.read())
  }

  async function open(): Promise<void> {
    // Whoever switches has counted this process before, or has switched when it finds out here.
    const found = await db.transaction(async (tx) => {
      await shareCurrent(tx)
      return readRecords(tx)
    })
    if (found.length === 0) await db.transaction(begin)
    await refresh()
  }

  async function begin(tx: Tx): Promise<void> {
    await lockCurrent(tx, FIRST_START_MS)
    if ((await readRecords(tx)).length > 0) return
    if ((await source.read()).length === 0) await source.add()
    const [first] = await source.read()
    if (first === undefined) throw new Error('Cannot keep the master key as its file must stay where it is')
    await insertFirst(tx, first.id)
  }

  /** In this order: a key is put aside only after the database has said that it is retired. */
  async function refresh(): Promise<void> {
    const keys = await source.read()
    adopt(keys, await readRecords(db))
  }

  function adopt(keys: readonly Key[], known: readonly KeyRecord[]): void {
    records = known
    const given = byId(keys)
    const missing = known.find(({ id, state }) => state !== 'retired' && !given.has(id))
    held = missing === undefined ? given : new Map([...held, ...given])
    if (missing !== undefined) throw lacking(missing, source)
  }

  function currentFirst(): Key[] {
    const id = records.find(({ state }) => state === 'current')?.id
    const current = id === undefined ? undefined : held.get(id)
    if (current === undefined) throw new Error('Cannot use the master key as it must be there: the hub has not started')
    return [current, ...[...held.values()].filter((key) => key !== current)]
  }

  async function keyFor(tx: Tx): Promise<Key> {
    const id = await shareCurrent(tx)
    const key = id === undefined ? undefined : held.get(id)
    if (key !== undefined) return key
    throw new Error(`Cannot seal as this process must hold the current master key "${id}"`)
  }

  return {
    source,
    ids: () => [...held.keys()],
    records: () => records,
    load,
    open,
    refresh,
    derive: (purpose) => (currentFirst()[0] as Key).derive(purpose),
    deriveAll: (purpose) => currentFirst().map((key) => key.derive(purpose)),
    sealing: (purpose) => createMasterSealing({ purpose, keyFor, held: () => held }),
  }
}

interface MasterSealingParts {
  readonly purpose: string
  readonly keyFor: (tx: Tx) => Promise<Key>
  readonly held: () => ReadonlyMap<string, Key>
}

/** Puts the id of the key in front. Without one, in front is the nonce: it was sealed while there was but one key. */
function createMasterSealing({ purpose, keyFor, held }: MasterSealingParts): MasterSealing {
  const made = new Map<string, Sealing>()

  function under(key: Key): Sealing {
    const sealing = made.get(key.id) ?? createSealing(key.derive(purpose))
    made.set(key.id, sealing)
    return sealing
  }

  const sealAll: MasterSealing['sealAll'] = async (tx, contents) => {
    if (contents.length === 0) return []
    const key = await keyFor(tx)
    const id = Buffer.from(key.id, 'hex')
    return contents.map(({ place, content }) => Buffer.concat([id, under(key).seal(place, content)]))
  }

  return {
    sealAll,
    async seal(tx, place, content) {
      const [sealed] = await sealAll(tx, [{ place, content }])
      return sealed as Buffer
    },
    open(place, sealed) {
      const key = held().get(sealed.toString('hex', 0, ID_BYTES))
      if (key !== undefined) return under(key).open(place, sealed.subarray(ID_BYTES))
      for (const each of held().values()) {
        const content = under(each).open(place, sealed)
        if (content !== undefined) return content
      }
      return undefined
    },
  }
}

function byId(keys: readonly Key[]): ReadonlyMap<string, Key> {
  return new Map(keys.map((key) => [key.id, key]))
}

function lacking({ id, state }: KeyRecord, { place }: KeySource): Error {
  return new Error(
    state === 'current'
      ? `Cannot use this database as the master key must be the one that it is sealed with, "${id}": put it ${place.current}`
      : `Cannot use this database as the former master key must be there until the rotation is done, "${id}": put it ${place.former}`,
  )
}
