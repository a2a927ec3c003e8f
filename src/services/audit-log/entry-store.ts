import type { Tx } from '#lib/postgres'

/** An entry as it is stored. */
export interface EntryRow {
  readonly index: number
  readonly tenant: string | null
  readonly number: number
  readonly recordedAt: string
  readonly position: number
  readonly event: string
  readonly origin: string
  readonly correlation: string | null
  readonly name: string
  readonly service: string | null
  readonly createdAt: string | null
  readonly actor: string | null
  readonly subject: string | null
  /** JSON text. */
  readonly search: string | null
  readonly leafHash: Buffer
  readonly leaf: string
}

/** Where the log ends. */
export interface Head {
  readonly count: number
  readonly recordedAt: Date
}

/** What is there already of what a page is about. */
export interface Survey {
  /** Those of the events that have an entry. */
  readonly known: ReadonlySet<string>
  /** How many entries each of the tenants has; those without tenant stand under null. */
  readonly counts: ReadonlyMap<string | null, number>
}

/** How many entries a tenant has. */
export interface Stream {
  readonly tenant: string | null
  readonly count: number
  readonly lastIndex: number
}

const LOCK_HEAD = {
  name: 'audit-head-lock',
  text: 'select count, recorded_at from audit_log.head for update',
}

/** Both in one statement as each costs a turn to the server and back. The row of null is there for every page. */
const SURVEY = {
  name: 'audit-survey',
  text: `select event_id, null as tenant_id, null as count from audit_log.entry where event_id = any ($1::uuid[])
          union all select null, tenant_id, count from audit_log.stream where tenant_id = any ($2::uuid[])
          union all select null, null, count from audit_log.stream where tenant_id is null`,
}

/** One statement, for the same reason. Leaves come as lines, as no leaf has a line break: an array of them would cost twice as much. */
const APPEND = {
  name: 'audit-append',
  text: `with entries as (
           insert into audit_log.entry
             (index, tenant_id, tenant_number, recorded_at, position, event_id, origin, correlation_id, name, service_name,
              created_at, actor, subject, search, leaf_hash, leaf)
           select *
             from unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::timestamptz[], $5::bigint[], $6::uuid[], $7::text[],
               $8::uuid[], $9::text[], $10::text[], $11::timestamptz[], $12::uuid[], $13::text[], $14::jsonb[], $15::bytea[],
               string_to_array($16, E'\\n'))),
         streams as (
           insert into audit_log.stream (tenant_id, count, last_index)
           select * from unnest($17::uuid[], $18::bigint[], $19::bigint[])
           on conflict (tenant_id) do update set count = excluded.count, last_index = excluded.last_index)
         update audit_log.head set count = $20, recorded_at = $21`,
}

/** The end of the log, locked: until `tx` ends nobody else appends. */
export async function lockHead(tx: Tx): Promise<Head> {
  const [row] = await tx.query<{ count: number; recorded_at: Date }>(LOCK_HEAD)
  if (row === undefined) throw new Error('Cannot append to the audit log as its head must have one row')
  return { count: row.count, recordedAt: row.recorded_at }
}

/** To be called with the head locked: only then nothing is added meanwhile. */
export async function survey(tx: Tx, events: readonly string[], tenants: readonly string[]): Promise<Survey> {
  const rows = await tx.query<{ event_id: string | null; tenant_id: string | null; count: number | null }>(SURVEY, [
    events,
    tenants,
  ])
  const known = rows.flatMap(({ event_id }) => (event_id === null ? [] : [event_id]))
  const counts = rows.flatMap(({ tenant_id, count }) => (count === null ? [] : [[tenant_id, count] as const]))
  return { known: new Set(known), counts: new Map(counts) }
}

/** Adds entries, with the streams and the head as they are then. */
export async function append(
  tx: Tx,
  rows: readonly EntryRow[],
  streams: readonly Stream[],
  { count, recordedAt }: Head,
): Promise<void> {
  const column = (key: keyof EntryRow) => rows.map((row) => row[key])
  await tx.query(APPEND, [
    column('index'),
    column('tenant'),
    column('number'),
    column('recordedAt'),
    column('position'),
    column('event'),
    column('origin'),
    column('correlation'),
    column('name'),
    column('service'),
    column('createdAt'),
    column('actor'),
    column('subject'),
    column('search'),
    column('leafHash'),
    column('leaf').join('\n'),
    streams.map(({ tenant }) => tenant),
    streams.map((stream) => stream.count),
    streams.map(({ lastIndex }) => lastIndex),
    count,
    recordedAt,
  ])
}
