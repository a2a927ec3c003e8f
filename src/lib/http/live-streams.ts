import { finished, type Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { withDeadline } from '../deadline.ts'
import { createTicker } from '../ticker.ts'

/** The answers that never end by themselves: ended when the server stops, and when their caller may no longer have them. */
export interface LiveStreams {
  /** `allowed` says whether the caller still may, and is asked again and again; throwing means no. */
  add(stream: Readable, reply: FastifyReply, allowed: () => Promise<boolean>): void
  /** Ends those that are open, and at once every one that is added later. */
  endAll(): void
}

/** A third of the second within which a revocation must be in force everywhere. Mostly it is a look into a cache. */
const LOOK_EVERY_MS = 300

/** What cannot be verified for this long is not allowed: nobody would hear of a revocation. */
const MOST_CHECK_MS = 1_000

/** Time for a client to take what waits for it when its stream is ended; then the connection is cut. */
const MOST_END_MS = 2_000

interface Open {
  readonly end: () => void
  readonly allowed: () => Promise<boolean>
}

/** Keeps the live streams of one server. */
export function createLiveStreams(): LiveStreams {
  const open = new Map<Readable, Open>()
  const ticker = createTicker({ everyMs: LOOK_EVERY_MS, tick: lookAtAll })
  let ended = false

  async function lookAtAll(): Promise<void> {
    await Promise.all([...open.values()].map(look))
  }

  async function look({ allowed, end }: Open): Promise<void> {
    const still = await withDeadline(allowed(), MOST_CHECK_MS, 'The check').catch(() => false)
    if (!still) end()
  }

  function remove(stream: Readable): void {
    open.delete(stream)
    if (open.size === 0) void ticker.stop()
  }

  return {
    add(stream, reply, allowed) {
      const end = () => endAnswer(stream, reply)
      open.set(stream, { end, allowed })
      finished(stream, () => remove(stream))
      if (ended) setImmediate(end)
      else ticker.start()
    },
    endAll() {
      ended = true
      for (const { end } of open.values()) end()
    },
  }
}

/** The answer ends as it should, not cut: the client then comes back, to another server or to a refusal. Twice is once. */
function endAnswer(stream: Readable, { raw }: FastifyReply): void {
  if (raw.writableEnded) return
  stream.unpipe(raw)
  const deadline = setTimeout(() => raw.destroy(), MOST_END_MS)
  raw.once('close', () => clearTimeout(deadline))
  raw.end(() => stream.destroy())
}
