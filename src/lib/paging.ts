import { type Static, Type } from 'typebox'
import { HubError } from './errors.ts'
import type { Tx } from './postgres.ts'

/** The reference's paging: `page[number]` from 1, `page[size]` up to 100. */
export const pagingQuery = {
  'page[number]': Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1_000_000, default: 1, description: 'Page, from 1' }),
  ),
  'page[size]': Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 50, description: 'Things per page' })),
}

/** Paging by cursor, beside the reference's. */
export const cursorQuery = {
  'page[after]': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 4_096,
      description:
        'Cursor: `meta.next` of the page before. It skips and repeats nothing when things come and go meanwhile',
    }),
  ),
}

const counts = {
  perPage: Type.Integer(),
  total: Type.Integer({ description: 'All things that fit the filter' }),
  totalPages: Type.Integer({ description: 'At least 1' }),
}

/** What stands beside the things of a page. */
export const PageMeta = Type.Object({ page: Type.Integer(), ...counts })

/** The same for a list that is also read on by cursor. */
export const CursorMeta = Type.Object({
  page: Type.Optional(Type.Integer({ description: 'Absent where a cursor was given' })),
  ...counts,
  next: Type.Optional(Type.String({ description: 'Cursor of the next page; absent on the last one' })),
})

/** A page that was asked for. */
export interface Paging {
  readonly limit: number
  readonly offset: number
  /** The meta data of the page, once the total is known. */
  meta(total: number): Static<typeof PageMeta>
}

interface PagingQuery {
  readonly 'page[number]'?: number
  readonly 'page[size]'?: number
}

/** Which rows the query asks for. Default: the first 50. */
export function pagingOf(query: PagingQuery): Paging {
  const page = query['page[number]'] ?? 1
  const perPage = query['page[size]'] ?? 50
  return {
    limit: perPage,
    offset: (page - 1) * perPage,
    meta: (total) => ({ page, perPage, total, totalPages: Math.max(1, Math.ceil(total / perPage)) }),
  }
}

/** One of the values that a list is sorted by: SQL that is never null, and its type. */
export interface SortKey {
  readonly sql: string
  readonly type: 'text' | 'uuid'
}

/** The ways to sort a list, by the name that callers use. The keys of each are unique together. */
export type Sorts<Name extends string = string> = Readonly<Record<Name, readonly SortKey[]>>

/** The parameter `sort`: one of the names, with `-` in front for the other direction. */
export function sortQuery<Name extends string>(sorts: Sorts<Name>, fallback: NoInfer<Name>) {
  const names = Object.keys(sorts).flatMap((name) => [name, `-${name}`])
  return { sort: Type.Optional(Type.Enum(names, { default: fallback, description: 'With `-` the other way round' })) }
}

/** A page by number or by cursor, in an order that callers chose. */
export interface CursorPaging extends Omit<Paging, 'meta'> {
  /** The meta data of the page, without `next`, once the total is known. */
  meta(total: number): Static<typeof CursorMeta>
  readonly keys: readonly SortKey[]
  readonly descending: boolean
  /** The values of `keys` after which the page begins; undefined where it is given by its number. */
  readonly after: readonly string[] | undefined
  /** The cursor behind a thing with these values. */
  cursor(values: readonly string[]): string
}

/** Which rows the query asks for, in which order. Throws `invalid-parameter` for a cursor that is none of this list in this order. */
export function cursorPagingOf(
  query: PagingQuery & { readonly 'page[after]'?: string; readonly sort?: string },
  sorts: Sorts,
  fallback: string,
): CursorPaging {
  const sort = query.sort ?? fallback
  const keys = sorts[sort.replace(/^-/, '')] ?? []
  const given = query['page[after]']
  const { limit, offset, meta } = pagingOf(query)
  if (given !== undefined && offset > 0) throw refusal('page[after]', 'not be given together with "page[number]"')
  const after = given === undefined ? undefined : valuesOf(given, sort, keys)
  return {
    limit,
    offset,
    keys,
    descending: sort.startsWith('-'),
    after,
    meta(total) {
      const { page, ...rest } = meta(total)
      return after === undefined && page !== undefined ? { page, ...rest } : rest
    },
    cursor: (values) => Buffer.from(JSON.stringify([sort, ...values])).toString('base64url'),
  }
}

/** What a list is read from. `where` holds the placeholders of `values`. */
export interface ListSource {
  readonly columns: string
  readonly from: string
  readonly where: string
  readonly values: readonly unknown[]
  /** What `where` needs of `from`, where that is less: all is counted from it. Default `from`. */
  readonly countFrom?: string
}

/** The rows of a page. */
export interface Listed<T> {
  readonly items: readonly T[]
  readonly meta: Static<typeof CursorMeta>
}

/** Reads a page, and counts all that there is. A cursor holds what its last row is sorted by, nothing that the caller does not see there. */
export async function readPage<Row extends object>(
  tx: Tx,
  source: ListSource,
  paging: CursorPaging,
): Promise<Listed<Row>> {
  const { columns, from, where, values, countFrom = from } = source
  const { keys, after, descending, limit, offset } = paging
  const direction = descending ? 'desc' : 'asc'
  const own = keys.map(({ sql }) => sql).join(', ')
  const bounds = keys.map(({ type }, n) => `$${values.length + n + 3}::${type}`).join(', ')
  const rows = await tx.query<Row & { page_key: string[] }>(
    `select array[${keys.map(({ sql }) => `(${sql})::text`).join(', ')}] as page_key, ${columns} from ${from}
      where (${where}) ${after === undefined ? '' : `and (${own}) ${descending ? '<' : '>'} (${bounds})`}
      order by ${keys.map(({ sql }) => `${sql} ${direction}`).join(', ')}
      limit $${values.length + 1} offset $${values.length + 2}`,
    // One more than asked for says whether there is another page.
    [...values, limit + 1, offset, ...(after ?? [])],
  )
  const [count] = await tx.query<{ total: number }>(`select count(*) as total from ${countFrom} where ${where}`, values)
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const meta = paging.meta(count?.total ?? 0)
  return { items, meta: rows.length > limit && last ? { ...meta, next: paging.cursor(last.page_key) } : meta }
}

/** The header that names the next page, for callers who get a bare list; none on the last page. */
export function nextLink(url: string, next: string | undefined): Record<string, string> {
  if (next === undefined) return {}
  const [path = '', query = ''] = url.split('?', 2)
  const params = new URLSearchParams(query)
  params.delete('page[number]')
  params.set('page[after]', next)
  return { link: `<${path}?${params}>; rel="next"` }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function valuesOf(cursor: string, sort: string, keys: readonly SortKey[]): string[] {
  const read = parse(Buffer.from(cursor, 'base64url').toString())
  const isSound = Array.isArray(read) && read.length === keys.length + 1 && read.every(isStorable) && read[0] === sort
  const values: string[] = isSound ? read.slice(1) : []
  if (isSound && keys.every(({ type }, n) => type === 'text' || UUID.test(values[n] ?? ''))) return values
  throw refusal('page[after]', 'be the "meta.next" of a page of this list, sorted the same way')
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function isStorable(value: unknown): boolean {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\u0000')
}

function refusal(field: string, reason: string): HubError {
  const message = `Query parameter "${field}" must ${reason}`
  return new HubError('invalid-parameter', message, { faults: [{ field, message }] })
}
