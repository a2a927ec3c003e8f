import type { Database, Queryable, Tx } from '#lib/postgres'

/**
 * Runs work that sees every tenant's rows, in the name of the hub itself. The only place where the IAM steps over the isolation of
 * tenants on its own account: who someone is must be known before there is a tenant to act in (login, tokens), and some work
 * belongs to no tenant (first administrator, services, clean-up). Requests of a principal run with `scopeOf(principal)`.
 */
export function asSystem<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.transaction('everything', work)
}

/** The same for looks of one statement, each a transaction of its own in one round trip. */
export function lookingAsSystem(db: Database): Queryable {
  return { query: (statement, values) => db.queryAs('everything', statement, values) }
}

/** Lets one look within a tenant's transaction see every tenant's rows; afterwards it sees its own again. Nothing else may run meanwhile. */
export async function seeingAll<T>(tx: Tx, look: () => Promise<T>): Promise<T> {
  const [own] = await tx.query<{ tenant: string | null }>(`select current_setting('oih.tenant', true) as tenant`)
  await tx.query(`select set_config('oih.tenant', '*', true)`)
  const seen = await look()
  await tx.query(`select set_config('oih.tenant', $1, true)`, [own?.tenant ?? ''])
  return seen
}
