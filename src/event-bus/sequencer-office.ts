import { BY_INDEX, type Database, type Session } from '../lib/postgres.ts'
import { UNSEQUENCED } from './log-reader.ts'

/** The right to give positions: a session that holds the lock, and the epoch under which it writes. */
export interface SequencerOffice {
  readonly session: Session
  readonly epoch: number
}

/** Any number, the same for all members of a database. ("oihs" in ASCII.) */
const LOCK = 0x6f696873

const HOLDERS = `
  select pid from pg_locks
   where locktype = 'advisory' and granted and classid = 0 and objid = $1 and objsubid = 1
     and database = (select oid from pg_database where datname = current_database())`

/**
 * REPEATABLE READ for the sake of the statement in sequencer.ts. The planner takes a third of the log to be newer than any snapshot;
 * it must go by the indexes all the same. Commits do not wait for the disk: whoever has seen a position and commits what it did flushes
 * the log of PostgreSQL up to there, positions included; a crash can take back only what nobody has kept anything of.
 */
const SETTINGS = {
  ...BY_INDEX,
  default_transaction_isolation: 'repeatable read',
  jit: 'off',
  synchronous_commit: 'off',
}

/** How things stand: whether nobody is in office, whether events wait for a position, and the last position given. */
export async function readOffice(db: Database): Promise<{ vacant: boolean; waiting: boolean; position: number }> {
  const [state] = await db.query<{ vacant: boolean; waiting: boolean; position: number }>(
    {
      name: 'sequencer-office',
      text: `select not exists (${HOLDERS}) as vacant, ${UNSEQUENCED} as waiting, s.last_position as position
               from event_bus.sequencer s`,
    },
    [LOCK],
  )
  if (state === undefined) throw new Error('Cannot sequence events as event_bus.sequencer_turn must have its row')
  return state
}

/** Takes the lock and begins a new epoch. Resolves to undefined when another member was quicker. */
export async function takeOffice(db: Database, onLost: () => void): Promise<SequencerOffice | undefined> {
  const session = await db.session(SETTINGS)
  try {
    const [lock] = await session.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [LOCK])
    if (lock?.taken !== true) {
      await session.close()
      return undefined
    }
    const epoch = await beginEpoch(session)
    session.onLost(onLost)
    return { session, epoch }
  } catch (error) {
    await session.close()
    throw error
  }
}

/**
 * A log that was restored into another server carries a snapshot of the old one. Where its numbers mean nothing here it is set back
 * so far that every event without a position is found.
 */
async function beginEpoch(session: Session): Promise<number> {
  const [row] = await session.query<{ epoch: number }>(
    `update event_bus.sequencer_turn
        set epoch = epoch + 1,
            snapshot = case when event_bus.adopt_restored_events() > 0
                              or pg_snapshot_xmax(snapshot) > pg_snapshot_xmax(pg_current_snapshot())
                            then '1:1:'::pg_snapshot else snapshot end
      where turn = (select max(turn) from event_bus.sequencer_turn)
      returning epoch`,
  )
  if (row === undefined) throw new Error('Cannot sequence events as event_bus.sequencer_turn must have its row')
  return row.epoch
}

/**
 * Ends the connection that holds the lock. It logged in as we did, so the login may do so, though not the app role. What the removed
 * process sends later fails: its session is gone, and the next one in office has begun an epoch of its own.
 */
export async function removeHolder(db: Database): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query('set local role none')
    await tx.query(`select pg_terminate_backend(pid) from (${HOLDERS}) holder`, [LOCK])
  })
}
