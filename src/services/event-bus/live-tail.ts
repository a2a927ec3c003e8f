import { finished, type Readable } from 'node:stream'
import type { History, Listening, ReceivedEvent } from '#event-bus'
import { HubError } from '#lib/errors'
import type { Principal } from '#lib/principal'
import { scopeOf } from '#lib/scope'
import type { BusWindowDeps } from './deps.ts'
import { createLiveStream, type LiveStream, type LiveWish } from './live-stream.ts'

/** The live streams of this process. */
export interface LiveTail {
  /**
   * A stream of what the principal may see, until `signal` aborts or it is destroyed. Throws `too-many-requests` where as many are open
   * as may be.
   */
  open(principal: Principal, wish: LiveWish, signal: AbortSignal): Promise<Readable>
  /** Ends all. */
  stop(): void
}

/** What a tail is made of. */
export interface LiveTailOptions extends Pick<BusWindowDeps, 'bus'> {
  readonly history: History
  readonly onError: (error: unknown) => void
  readonly limits?: Partial<typeof LIMITS>
}

/**
 * Browsers themselves open at most six connections to a host. Each stream may hold two MiB, when its client is slow. A tenant makes as many
 * accounts as it likes, and must leave room for others.
 */
const LIMITS = { streams: 100, ofTenant: 40, ofOne: 8, heartbeatMs: 15_000 }

/** Creates the tail; it listens while somebody does. All streams share one listener. */
export function createLiveTail({ bus, history, onError, limits }: LiveTailOptions): LiveTail {
  const { streams: most, ofTenant, ofOne, heartbeatMs } = { ...LIMITS, ...limits }
  const streams = new Map<LiveStream, Principal>()
  let heard = 0
  let listening: Listening | undefined
  let heart: NodeJS.Timeout | undefined

  function hear(event: ReceivedEvent): void {
    heard = event.position
    for (const stream of streams.keys()) stream.hear(event)
  }

  function add(stream: LiveStream, owner: Principal): void {
    streams.set(stream, owner)
    listening ??= bus.listen('#', hear)
    heart ??= setInterval(() => {
      for (const each of streams.keys()) each.beat()
    }, heartbeatMs).unref()
    finished(stream.readable, () => remove(stream))
  }

  function remove(stream: LiveStream): void {
    streams.delete(stream)
    if (streams.size > 0) return
    listening?.stop()
    clearInterval(heart)
    listening = undefined
    heart = undefined
  }

  function demandRoom({ id, tenant }: Principal): void {
    const open = (isOwn: (owner: Principal) => boolean) => [...streams.values()].filter(isOwn).length
    if (open((owner) => owner.id === id) >= ofOne) refuse(`${ofOne} are open for this account`)
    if (open((owner) => owner.tenant === tenant) >= ofTenant) refuse(`${ofTenant} are open for this tenant`)
    if (streams.size >= most) refuse(`${most} are open in this process`)
  }

  return {
    async open(principal, wish, signal) {
      demandRoom(principal)
      const stream = createLiveStream({ history, scope: scopeOf(principal), wish, heard: () => heard, onError })
      const { readable } = stream
      add(stream, principal)
      // Whoever has gone before the answer is ready takes no stream, and nobody else would end it.
      signal.addEventListener('abort', () => readable.destroy(), { once: true })
      try {
        await stream.begin()
        signal.throwIfAborted()
        return readable
      } catch (error) {
        readable.destroy()
        throw error
      }
    },
    stop() {
      for (const stream of streams.keys()) stream.end()
    },
  }
}

function refuse(reason: string): never {
  throw new HubError('too-many-requests', `Cannot open another live stream as ${reason}: close one first`, {
    retryAfter: 5,
  })
}
