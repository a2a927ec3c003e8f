import type { Queryable, Tx } from '../postgres.ts'

/** What the database knows of a master key. */
export interface KeyRecord {
  readonly id: string
  readonly state: 'current' | 'retiring' | 'retired'
  /** When it came into this state. */
  readonly since: Date
}

/** Any number: whoever seals shares it, whoever switches to another key has it alone. ("OIHk" in ASCII.) */
const SEAL_LOCK = 0x4f49486b

const SHARE = { name: 'master-key-share', text: 'select pg_advisory_xact_lock_shared($1)' }
const CURRENT = { name: 'master-key-current', text: `select id from oih.master_key where state = 'current'` }
const RECORDS = { name: 'master-key-records', text: 'select id, state, since from oih.master_key order by since, id' }

interface Row {
  readonly id: Buffer
  readonly state: KeyRecord['state']
  readonly since: Date
}

/** All keys that this database was ever sealed with, the oldest first; none before the first start. */
export async function readRecords(db: Queryable): Promise<KeyRecord[]> {
  const rows = await db.query<Row>(RECORDS)
  return rows.map(({ id, state, since }) => ({ id: id.toString('hex'), state, since }))
}

/** The id of the current key, which stays so until `tx` ends. Undefined where there is none. */
export async function shareCurrent(tx: Tx): Promise<string | undefined> {
  // Two statements, as one would look before it has the lock; they go out together.
  const [, [row]] = await Promise.all([tx.query(SHARE, [SEAL_LOCK]), tx.query<Pick<Row, 'id'>>(CURRENT)])
  return row?.id.toString('hex')
}

/** Waits for all that is being sealed, up to `mostMs`, and lets nothing be sealed until `tx` ends. */
export async function lockCurrent(tx: Tx, mostMs: number): Promise<void> {
  await tx.query(`set local lock_timeout = ${mostMs}`)
  await tx.query('select pg_advisory_xact_lock($1)', [SEAL_LOCK])
}

/** Registers the first key of a database. */
export async function insertFirst(tx: Tx, id: string): Promise<void> {
  await tx.query(`insert into oih.master_key (id, state) values ($1, 'current')`, [Buffer.from(id, 'hex')])
}

/** Makes a key the current one, to be called with `lockCurrent`; the one before is retiring. */
export async function switchTo(tx: Tx, id: string): Promise<void> {
  await tx.query(`update oih.master_key set state = 'retiring', since = clock_timestamp() where state = 'current'`)
  await insertFirst(tx, id)
}

/** Says that nothing is sealed under the retiring key any longer. */
export async function retire(db: Queryable): Promise<void> {
  await db.query(`update oih.master_key set state = 'retired', since = clock_timestamp() where state = 'retiring'`)
}
