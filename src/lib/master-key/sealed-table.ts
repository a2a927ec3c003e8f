import type { Queryable, Row, Tx } from '../postgres.ts'
import { ID_BYTES } from './key.ts'
import type { MasterSealing } from './master-key.ts'

/** A table in which something is sealed under the master key: all that it takes to seal it anew. Names are trusted text. */
export interface SealedTable {
  /** With its schema. */
  readonly table: string
  /** The columns of its primary key, in their order, and of which type they are. */
  readonly key: Readonly<Record<string, 'uuid' | 'text' | 'bytea' | 'integer'>>
  /** The `bytea` column with what is sealed. */
  readonly column: string
  readonly purpose: string
  /** Where the content of a row belongs; `row` has the columns of the key. */
  readonly place: (row: Row) => string
}

/** What a batch has come to. */
export interface Batch {
  /** The key of its last row, from which the next batch goes on; undefined at the end of the table. */
  readonly last: readonly unknown[] | undefined
  /** How many of its rows no key opens. */
  readonly unreadable: number
}

/** Those of the tables that this database has. */
export async function presentTables(db: Queryable, tables: readonly SealedTable[]): Promise<SealedTable[]> {
  const rows = await db.query<{ name: string }>(
    'select name from unnest($1::text[]) as name where to_regclass(name) is not null',
    [tables.map(({ table }) => table)],
  )
  const present = new Set(rows.map(({ name }) => name))
  return tables.filter(({ table }) => present.has(table))
}

/** How many rows are not sealed under the key `id`. */
export async function countOthers(tx: Queryable, { table, column }: SealedTable, id: string): Promise<number> {
  const [row] = await tx.query<{ count: number }>(`select count(*) as count from ${table} where ${isOther(column)}`, [
    Buffer.from(id, 'hex'),
  ])
  return row?.count ?? 0
}

/**
 * Seals up to `most` rows anew that are not sealed under the key `id`, the current one, in the order of the table's key behind `after`.
 * Rows that somebody else has locked are left out, so that nobody waits crosswise: whoever calls goes through the table again.
 */
export async function sealAnew(
  tx: Tx,
  { table, key, column, place }: SealedTable,
  { id, sealing, after, most }: BatchOptions,
): Promise<Batch> {
  const names = Object.keys(key).join(', ')
  const values = Object.values(key).map((type, index) => `$${index + 3}::${type}`)
  const behind = after === undefined ? '' : `and (${names}) > (${values.join(', ')})`
  const rows = await tx.query(
    `select ${names}, ${column} as sealed from ${table} where ${isOther(column)} ${behind}
      order by ${names} limit $2 for update skip locked`,
    [Buffer.from(id, 'hex'), most, ...(after ?? [])],
  )
  const opened = rows.flatMap((row) => {
    const content = sealing.open(place(row), row.sealed)
    return content === undefined ? [] : [{ row, place: place(row), content }]
  })
  const sealed = await sealing.sealAll(tx, opened)
  await update(
    tx,
    { table, key, column },
    opened.map(({ row }) => row),
    sealed,
  )
  return { last: rows.length < most ? undefined : keyOf(key, rows.at(-1)), unreadable: rows.length - opened.length }
}

/** What `sealAnew` takes beside the table. */
export interface BatchOptions {
  readonly id: string
  readonly sealing: MasterSealing
  readonly after: readonly unknown[] | undefined
  readonly most: number
}

async function update(
  tx: Tx,
  { table, key, column }: Pick<SealedTable, 'table' | 'key' | 'column'>,
  rows: readonly Row[],
  sealed: readonly Buffer[],
): Promise<void> {
  if (rows.length === 0) return
  const names = Object.keys(key)
  const arrays = Object.values(key).map((type, index) => `$${index + 2}::${type}[]`)
  await tx.query(
    `update ${table} as t set ${column} = made.sealed
       from unnest($1::bytea[], ${arrays.join(', ')}) as made (sealed, ${names.join(', ')})
      where ${names.map((name) => `t.${name} = made.${name}`).join(' and ')}`,
    [sealed, ...names.map((name) => rows.map((row) => row[name]))],
  )
}

function keyOf(key: SealedTable['key'], row: Row | undefined): unknown[] {
  return Object.keys(key).map((name) => row?.[name])
}

function isOther(column: string): string {
  return `substring(${column} from 1 for ${ID_BYTES}) <> $1`
}
