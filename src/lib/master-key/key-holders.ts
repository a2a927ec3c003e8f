import { LIVING_MEMBERS } from '../membership.ts'
import type { Queryable } from '../postgres.ts'

/** Tells the other processes which keys this one holds. */
export async function announceKeys(db: Queryable, member: string, ids: readonly string[]): Promise<void> {
  await db.query(
    {
      name: 'master-key-announce',
      text: 'update oih.member set master_keys = $2 where id = $1 and master_keys is distinct from $2',
    },
    [member, ids],
  )
}

/** How many processes live, and how many of them do not hold a key. */
export async function countHolders(db: Queryable, id: string): Promise<{ living: number; lacking: number }> {
  const [row] = await db.query<{ living: number; lacking: number }>(
    `select count(*) as living, count(*) filter (where not coalesce($1 = any (master_keys), false)) as lacking
       from oih.member where id in (${LIVING_MEMBERS})`,
    [id],
  )
  return row ?? { living: 0, lacking: 0 }
}
