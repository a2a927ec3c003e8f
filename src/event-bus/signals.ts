import type { Database, Session } from '../lib/postgres.ts'
import { createTicker } from '../lib/ticker.ts'

/**
 * Wake-ups. Within the process they are direct calls. To other members positions are told by the sequencer's own commits, as there is one
 * sequencer; of events goes one `NOTIFY` for all that were committed while the previous one was under way, in a transaction of its own: in
 * the writers' transactions it would serialise their commits (measured: 11,400/s fall to 4,700/s). They may get lost: everybody also
 * looks by the clock.
 */
export interface Signals {
  start(): Promise<void>
  /** Events have been committed by this process. */
  appended(): void
  /**
   * The text by which the others hear that this process has given positions, up to where the position goes; to be sent with the commit that
   * gives them. Undefined when nobody is there to hear it.
   */
  advancing(): string | undefined
  stop(): Promise<void>
}

/** Whom signals go between. */
export interface SignalsOptions {
  readonly db: Database
  readonly memberId: string
  /** Members that are alive; when this is the only one nothing is sent. */
  readonly members: () => number
  /** Another member has committed events. */
  readonly onAppended: () => void
  /** Another member has given positions. */
  readonly onAdvanced: (position: number) => void
  /** The link to the others was lost and is back: what was sent meanwhile is unknown. */
  readonly onRelinked: () => void
}

/** The channel of all members. */
export const CHANNEL = 'event_bus'
const RELINK_EVERY_MS = 1_000
/** Least time between two notifications: at 1,000 events/s each of its own took a tenth of a core. */
const SEND_GAP_MS = 1

/** Creates the link to other members; it is made by `start()`. */
export function createSignals(options: SignalsOptions): Signals {
  const { db, memberId } = options
  let pending = false
  let link: Session | undefined
  let linkedBefore = false
  const sender = createTicker({ everyMs: 60_000, gapMs: SEND_GAP_MS, tick: send })
  const linker = createTicker({ everyMs: RELINK_EVERY_MS, tick: ensureLink })

  async function send(): Promise<void> {
    if (options.members() < 2 || !pending) return
    pending = false
    // A wake-up that cannot be sent is made up for by the others' own looks.
    await link
      ?.query({ name: 'signal', text: 'select pg_notify($1, $2)' }, [CHANNEL, `${memberId} appended`])
      .catch(() => undefined)
  }

  async function ensureLink(): Promise<void> {
    if (link !== undefined) return
    // A wake-up that a crash takes back is missed by nobody.
    const session = await db.session({ synchronous_commit: 'off' }).catch(() => undefined)
    if (session === undefined) return
    try {
      session.onNotification((_channel, text) => receive(text))
      session.onLost(() => {
        link = undefined
      })
      await session.query(`listen ${CHANNEL}`)
      link = session
    } catch {
      await session.close()
      return
    }
    if (linkedBefore) options.onRelinked()
    linkedBefore = true
  }

  function receive(text: string): void {
    const [from, what, position] = text.split(' ')
    if (from === memberId) return
    if (what === 'appended') options.onAppended()
    else if (what === 'advanced') options.onAdvanced(Number(position))
  }

  return {
    async start() {
      await ensureLink()
      sender.start()
      linker.start()
    },
    appended() {
      if (options.members() < 2) return
      pending = true
      sender.wake()
    },
    advancing: () => (options.members() < 2 ? undefined : `${memberId} advanced`),
    async stop() {
      await linker.stop()
      // A signal under way on a connection that is half dead would hold this up for minutes.
      await Promise.all([sender.stop(), link?.close()])
      link = undefined
    },
  }
}
