import { createGroupCommit, type GroupCommit } from '../../src/lib/group-commit.ts'
import { createDatabase, type Database, type Queryable } from '../../src/lib/postgres.ts'
import type { Tally } from './tally.ts'
import type { Thing } from './thing.ts'

/** The effect that every subscriber has to have for every event, whoever brings it: one row. */
export const EFFECT_TABLE = `
  create table public.effect (subscriber integer not null, thing bigint not null);
  grant select, insert on public.effect to public`

/** Inserts many effects with one statement. */
export const INSERT_EFFECTS = {
  name: 'effect-insert-many',
  text: 'insert into public.effect (subscriber, thing) select $1, unnest($2::bigint[])',
}

/** Inserts one effect. */
export const INSERT_EFFECT = {
  name: 'effect-insert-one',
  text: 'insert into public.effect (subscriber, thing) values ($1, $2)',
}

/** Writes the effects of several things. */
export async function writeEffects(db: Queryable, subscriber: number, things: readonly Thing[]): Promise<void> {
  await db.query(INSERT_EFFECTS, [subscriber, things.map(({ payload }) => payload.n)])
}

/** For peers that hand over one message at a time: the effects of those being handled at the same moment are one insert and one commit. */
export interface EffectGroups {
  submit(subscriber: number, thing: Thing): Promise<void>
  close(): Promise<void>
}

/** Opens a pool for grouped effects; each group is counted in the tally once it is committed. */
export function createEffectGroups(url: string, tally: Tally): EffectGroups {
  const db: Database = createDatabase({ url, poolSize: 10 })
  const groups = new Map<number, GroupCommit<Thing, undefined>>()
  function groupOf(subscriber: number): GroupCommit<Thing, undefined> {
    const group =
      groups.get(subscriber) ??
      createGroupCommit<Thing, undefined>({
        most: 500,
        async write(things) {
          await writeEffects(db, subscriber, things)
          tally.committed(things.map(({ payload }) => payload.sentAt))
          return things.map(() => undefined)
        },
      })
    groups.set(subscriber, group)
    return group
  }
  return {
    submit: (subscriber, thing) => groupOf(subscriber).submit(thing),
    async close() {
      await Promise.all([...groups.values()].map((group) => group.settled()))
      await db.close()
    },
  }
}
