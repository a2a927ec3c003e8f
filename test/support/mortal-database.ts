import { ConnectionLostError, type Database, type Queryable, type Session, type Tx } from '../../src/lib/postgres.ts'

/** A database handle that can die as a process dies: from then on nothing said through it reaches the server. */
export interface MortalDatabase {
  readonly db: Database
  die(): void
  /** The next `count` transactions commit, and look as if their connection had broken. Returns how many were still to come. */
  loseCommitAnswers(count: number): number
}

/** What a call through a dead handle rejects with; to our code it looks like a lost connection. */
class DeadError extends Error {
  readonly code = 'ECONNRESET'
}

export function mortal(db: Database): MortalDatabase {
  let dead = false
  let toLose = 0
  const assertAlive = () => {
    if (dead) throw new DeadError('This process is dead')
  }
  const guarded = <T extends Queryable>(inner: T): T => ({
    ...inner,
    async query(statement, values) {
      assertAlive()
      return inner.query(statement, values)
    },
  })

  const loseAnswer = () => {
    if (toLose === 0) return
    toLose -= 1
    throw new ConnectionLostError(new DeadError('The answer to the commit was lost'))
  }

  const transaction = async (...args: unknown[]): Promise<unknown> => {
    if (dead) throw new ConnectionLostError(new DeadError('This process is dead'))
    const work = args.at(-1) as (tx: Tx) => Promise<unknown>
    const scope = args.length === 1 ? 'nothing' : (args[0] as 'nothing')
    const callbacks: (() => void)[] = []
    const result = await db.transaction(scope, async (tx) => {
      const done = await work({ ...guarded(tx), afterCommit: (callback) => void callbacks.push(callback) })
      assertAlive()
      return done
    })
    loseAnswer()
    for (const callback of callbacks) callback()
    return result
  }

  return {
    db: {
      ...guarded(db),
      async queryAs(scope, statement, values) {
        if (dead) throw new ConnectionLostError(new DeadError('This process is dead'))
        const rows = await db.queryAs(scope, statement, values)
        loseAnswer()
        // The overloads of a generic method; the rows are what the statement's author says.
        return rows as never
      },
      // The overloads of `Database.transaction` are its callers' concern.
      transaction: transaction as Database['transaction'],
      async session(settings): Promise<Session> {
        assertAlive()
        return guarded(await db.session(settings))
      },
    },
    die() {
      dead = true
    },
    loseCommitAnswers(count) {
      const before = toLose
      toLose = count
      return before
    },
  }
}
