import type { Tx } from '#lib/postgres'
import type { PacedKey } from './login-pace.ts'

/**
 * Counts a try against all keys. Resolves to the milliseconds until it may be tried again: 0 = now. The transaction must be undone unless
 * it is 0, as some of the keys may have been counted. Rows are locked in one order, so that tries do not wait for each other in a circle.
 */
export async function countTry(tx: Tx, keys: readonly PacedKey[], now: Date): Promise<number> {
  const sorted = keys.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  const rows = await tx.query<{ key: string; over: number }>(
    {
      name: 'iam-login-try',
      text: `
        insert into iam.login_pace as p (key, tat)
        select key, $2::timestamptz + make_interval(secs => every / 1000)
          from unnest($1::text[], $3::float8[]) as tried (key, every)
        on conflict (key) do update
          set tat = greatest(p.tat, $2) + (excluded.tat - $2)
        returning key, extract(epoch from tat - $2)::float8 * 1000 as over`,
    },
    [sorted.map(({ key }) => key), now, sorted.map(({ everyMs }) => everyMs)],
  )
  const over = new Map(rows.map((row) => [row.key, row.over]))
  return Math.max(0, ...keys.map(({ key, burst, everyMs }) => (over.get(key) ?? 0) - burst * everyMs))
}

/** Takes a try back that has come out well, with the commit. */
export function uncountTry(tx: Tx, keys: readonly PacedKey[]): void {
  const sorted = keys.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  tx.defer(
    {
      name: 'iam-login-untry',
      text: `
        with tried as (
          select p.key, tried.every from iam.login_pace p join unnest($1::text[], $2::float8[]) as tried (key, every) using (key)
           order by p.key for update of p)
        update iam.login_pace p set tat = p.tat - make_interval(secs => tried.every / 1000) from tried where p.key = tried.key`,
    },
    [sorted.map(({ key }) => key), sorted.map(({ everyMs }) => everyMs)],
  )
}

/** Deletes up to `most` keys that are at rest, leaving those that are being counted. */
export async function deleteRested(tx: Tx, now: Date, most: number): Promise<number> {
  const rows = await tx.query(
    `delete from iam.login_pace where key in (
       select key from iam.login_pace where tat <= $1 order by tat limit $2 for update skip locked) returning key`,
    [now, most],
  )
  return rows.length
}

/** Whether the user has logged in from there since then. */
export async function isKnownPlace(tx: Tx, userId: string, address: string, since: Date): Promise<boolean> {
  const rows = await tx.query(
    {
      name: 'iam-login-place',
      text: 'select from iam.login_place where user_id = $1 and address = $2 and seen_at > $3',
    },
    [userId, address, since],
  )
  return rows.length > 0
}

/** Remembers a place, at most once a day, with the commit. */
export function rememberPlace(tx: Tx, userId: string, address: string, now: Date): void {
  tx.defer(
    {
      name: 'iam-login-remember',
      text: `
        insert into iam.login_place as known (user_id, address, seen_at) values ($1, $2, $3)
        on conflict (user_id, address) do update set seen_at = excluded.seen_at
          where known.seen_at < excluded.seen_at - interval '1 day'`,
    },
    [userId, address, now],
  )
}

/** Forgets places that nobody has logged in from since then, up to `most`. */
export async function deletePlaces(tx: Tx, since: Date, most: number): Promise<number> {
  const rows = await tx.query(
    `delete from iam.login_place where (user_id, address) in (
       select user_id, address from iam.login_place where seen_at <= $1 order by seen_at limit $2 for update skip locked)
     returning user_id`,
    [since, most],
  )
  return rows.length
}
