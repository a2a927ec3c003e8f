import { Readable } from 'node:stream'
import { type History, matcher, type ReceivedEvent, type Wanted } from '#event-bus'
import type { Scope } from '#lib/postgres'
import { tenantOf } from '#lib/scope'
import { eventMessage, gapMessage, greeting, heartbeat } from './event-message.ts'
import { maySee } from './visibility.ts'

/** What a client asks for. */
export interface LiveWish {
  /** AMQP patterns. */
  readonly names: readonly string[]
  /** How many of the latest events to begin with; not looked at where there is `after`. */
  readonly recent: number
  /** The position behind which to go on. */
  readonly after: number | undefined
}

/** One client's stream of server-sent messages. */
export interface LiveStream {
  readonly readable: Readable
  /** Finds where to begin and reads on from there; resolves once that is known. Call it when the stream hears already. */
  begin(): Promise<void>
  /** An event of the log, in the order of positions. */
  hear(event: ReceivedEvent): void
  beat(): void
  /** Ends the messages; the client gets what waits. */
  end(): void
}

/** What a stream is made of. */
export interface LiveStreamOptions {
  readonly history: History
  readonly scope: Scope
  readonly wish: LiveWish
  /** The position of the last event that all streams were told of; 0 before the first. */
  readonly heard: () => number
  readonly onError: (error: unknown) => void
}

/**
 * How far back a stream begins or goes on, in positions: an hour of a hub with three events a second. To look through them all for a rare
 * tenant takes the database 40 to 200 ms (measured at 600 bytes an event). Whoever was away for longer wants the audit log.
 */
export const MOST_BACK = 10_000

/** Bytes that may wait for a client. One that falls behind further comes back, and reads at its own pace from the log. */
const MOST_WAITING = 1_048_576

/**
 * What is past is read from the log as fast as the client takes it; when that has come up to what all streams hear, the stream goes
 * over to hearing. Positions have no gaps: an event that is not the next one means that something was missed, and sends the stream back
 * to the log.
 */
export function createLiveStream({ history, scope, wish, heard, onError }: LiveStreamOptions): LiveStream {
  const tenant = tenantOf(scope)
  const wanted: Wanted = { names: wish.names, ...(tenant === undefined ? {} : { tenant: tenant.toLowerCase() }) }
  const matches = matcher(wish.names)
  let flowing: (() => void) | undefined
  const readable = new Readable({ highWaterMark: 65_536, read: () => flowing?.() })
  /** Every event up to here was sent or is not wanted. */
  let cursor = 0
  let reading = true
  let ended = false

  function send(event: ReceivedEvent): void {
    if (!ended && matches(event.name) && maySee(scope, event)) readable.push(eventMessage(event))
  }

  function end(): void {
    if (ended) return
    ended = true
    readable.push(null)
  }

  /** Resolves when the client has taken what waits. */
  async function taken(): Promise<void> {
    if (readable.readableLength < readable.readableHighWaterMark || readable.destroyed) return
    const { promise, resolve } = Promise.withResolvers<void>()
    flowing = resolve
    readable.once('close', resolve)
    await promise
    readable.off('close', resolve)
    flowing = undefined
  }

  async function readUp(): Promise<void> {
    reading = true
    try {
      const head = await history.head()
      for (;;) {
        const until = Math.max(head, heard())
        // From here to the end nothing waits: what is heard next is the next event.
        if (cursor >= until || ended || readable.destroyed) return
        const { events, through } = await history.after(wanted, cursor, until)
        for (const event of events) send(event)
        cursor = through
        await taken()
      }
    } catch (error) {
      onError(error)
      end()
    } finally {
      reading = false
    }
  }

  return {
    readable,
    async begin() {
      const head = await history.head()
      const floor = Math.max(0, head - MOST_BACK)
      const { after, recent } = wish
      readable.push(greeting)
      if (after === undefined) {
        cursor = await history.before(wanted, recent, { floor, until: head })
      } else if (after > head || after < floor) {
        cursor = Math.min(head, Math.max(after, floor))
        readable.push(gapMessage(after, cursor))
      } else cursor = after
      void readUp()
    },
    hear(event) {
      if (reading || ended || event.position <= cursor) return
      if (event.position > cursor + 1) return void readUp()
      if (readable.readableLength >= MOST_WAITING) return end()
      cursor = event.position
      send(event)
    },
    beat() {
      if (!ended && readable.readableLength === 0) readable.push(heartbeat(cursor))
    },
    end,
  }
}
