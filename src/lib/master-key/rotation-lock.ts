import type { Database, Session } from '../postgres.ts'

/** Any number, the same for all processes. ("OIHr" in ASCII.) */
const LOCK = 0x4f494872

/**
 * Works as the only process that works at the master keys, and ends with the process. Undefined, without having worked, when another does
 * for `mostMs`.
 */
export async function whileAlone<T>(db: Database, mostMs: number, work: () => Promise<T>): Promise<T | undefined> {
  const session = await db.session({ lock_timeout: String(mostMs) })
  try {
    return (await isTaken(session)) ? await work() : undefined
  } finally {
    await session.close()
  }
}

async function isTaken(session: Session): Promise<boolean> {
  try {
    await session.query('select pg_advisory_lock($1)', [LOCK])
    return true
  } catch (error) {
    if (isLockTimeout(error)) return false
    throw error
  }
}

/** Whether a statement has waited for a lock as long as it may. */
export function isLockTimeout(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === '55P03'
}
