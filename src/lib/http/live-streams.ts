import { finished, type Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

/** The answers that never end by themselves, so that a server which stops can end them. */
export interface LiveStreams {
  add(stream: Readable, reply: FastifyReply): void
  /** Ends those that are open, and at once every one that is added later. */
  endAll(): void
}

/** Keeps the live streams of one server. */
export function createLiveStreams(): LiveStreams {
  const open = new Map<Readable, () => void>()
  let ended = false
  return {
    add(stream, reply) {
      // The answer ends as it should, not cut: the client then comes back, to another server.
      const end = () => {
        stream.unpipe(reply.raw)
        reply.raw.end(() => stream.destroy())
      }
      open.set(stream, end)
      finished(stream, () => open.delete(stream))
      if (ended) setImmediate(end)
    },
    endAll() {
      ended = true
      for (const end of open.values()) end()
    },
  }
}
