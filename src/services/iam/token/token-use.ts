import type { Logger } from '#lib/logger'
import { type Database, isConnectionError } from '#lib/postgres'
import { createTicker } from '#lib/ticker'
import { asSystem } from '../as-system.ts'
import { touchTokens } from './token-store.ts'

/** So often what was used is written, however many calls there are. */
const EVERY_MS = 10_000
/** Tokens in one statement. */
const BATCH = 1000

/** Remembers which tokens are used, and writes it now and then: a call costs nothing, and no event tells of it. */
export interface TokenUse {
  note(tokenId: string, at: Date): void
  /** Writes what is remembered. */
  flush(): Promise<void>
  start(): void
  /** Writes the rest. */
  stop(): Promise<void>
}

/**
 * Verified tokens are kept by each process for a minute at most (`lib/principal`), so that a look-up a minute tells of a token that is in
 * steady use, and what is written is right to about a minute. A process that dies loses ten seconds of it.
 */
export function createTokenUse({ db, logger }: { readonly db: Database; readonly logger: Logger }): TokenUse {
  let used = new Map<string, Date>()

  async function flush(): Promise<void> {
    const entries = [...used]
    used = new Map()
    for (let from = 0; from < entries.length; from += BATCH) {
      const page = entries.slice(from, from + BATCH)
      const latest = new Date(Math.max(...page.map(([, at]) => at.getTime())))
      const ids = page.map(([id]) => id)
      await asSystem(db, (tx) => touchTokens(tx, ids, latest))
    }
  }

  const quietly = () =>
    flush().catch((error: unknown) => {
      // A database that is away is told of by whoever is asked for something.
      if (!isConnectionError(error)) logger.error({ err: error }, 'Cannot write when tokens were used')
    })
  const ticker = createTicker({ everyMs: EVERY_MS, tick: quietly })
  return {
    note: (tokenId, at) => void used.set(tokenId, at),
    flush,
    start: () => ticker.start(),
    async stop() {
      await ticker.stop()
      await quietly()
    },
  }
}
