import type { Scope, Tx } from '#lib/postgres'

/** Which entries are wanted; all conditions hold together. */
export interface LogFilter {
  readonly tenant?: string | undefined
  readonly service?: string | undefined
  readonly name?: string | undefined
  readonly user?: string | undefined
  /** Other top-level values of the payload by name, as text. */
  readonly payload: Readonly<Record<string, string>>
}

/** One page of entries. */
export interface LogPage {
  readonly leaves: readonly string[]
  /** How many entries fit the filter. */
  readonly total: number
}

/** Which entries are wanted, and in which order. */
export interface LogSelection {
  readonly scope: Scope
  readonly filter: LogFilter
  readonly sort: 'createdAt' | '-createdAt'
  readonly limit: number
  readonly offset: number
}

/**
 * Row-level security hides other tenants' rows, but its condition is no use to an index: the scope's tenant ($1) stands here again.
 * Conditions whose value is null fall away when the statement is planned.
 */
const FITS = `
        ($1::uuid is null or tenant_id = $1)
    and ($2::uuid is null or tenant_id = $2)
    and ($3::text is null or service_name = $3)
    and ($4::text is null or name = $4)
    and ($5::uuid is null or actor = $5)
    and ($6::text is null or subject = $6)
    and ($7::jsonb is null or search @> $7)`

const ORDERS = {
  createdAt: 'created_at asc nulls first, index asc',
  '-createdAt': 'created_at desc nulls last, index desc',
} as const

/** Counts are kept for what is asked for most; both statements see the same snapshot as the page. */
const TOTALS = {
  everything: 'select count from audit_log.head',
  tenant: 'select coalesce(max(count), 0) from audit_log.stream where tenant_id = $1',
  filtered: `select count(*) from audit_log.entry where ${FITS}`,
} as const

/** One page of the entries that fit, and their exact number. `tx` must have the scope of the selection. */
export async function findPage(tx: Tx, { scope, filter, sort, limit, offset }: LogSelection): Promise<LogPage> {
  const order = ORDERS[sort]
  const rows = await tx.query<{ total: number; leaf: string | null }>(
    `select counted.total, page.leaf
       from (select (${TOTALS[totalOf(scope, filter)]}) as total) counted
       left join lateral (
         select leaf, created_at, index from audit_log.entry where ${FITS} order by ${order} limit $8 offset $9
       ) page on true
      order by ${order}`,
    [...conditions(scope, filter), limit, offset],
  )
  return { total: rows[0]?.total ?? 0, leaves: rows.flatMap(({ leaf }) => (leaf === null ? [] : [leaf])) }
}

/** The entry of an event, if `tx` may see it. */
export async function findEntry(tx: Tx, event: string): Promise<{ leaf: string; leafHash: Buffer } | undefined> {
  const [row] = await tx.query<{ leaf: string; leaf_hash: Buffer }>(
    { name: 'audit-entry-find', text: 'select leaf, leaf_hash from audit_log.entry where event_id = $1' },
    [event],
  )
  return row && { leaf: row.leaf, leafHash: row.leaf_hash }
}

function totalOf(scope: Scope, filter: LogFilter): keyof typeof TOTALS {
  const { payload, ...others } = filter
  const open = Object.keys(payload).length === 0 && Object.values(others).every((value) => value === undefined)
  if (!open || scope === 'nothing') return 'filtered'
  return scope === 'everything' ? 'everything' : 'tenant'
}

function conditions(scope: Scope, { tenant, service, name, user, payload }: LogFilter): unknown[] {
  const { id, ...terms } = payload
  return [
    typeof scope === 'object' ? scope.tenant : null,
    tenant ?? null,
    service ?? null,
    name ?? null,
    user ?? null,
    id ?? null,
    Object.keys(terms).length === 0 ? null : JSON.stringify(terms),
  ]
}
