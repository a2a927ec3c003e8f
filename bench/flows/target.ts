import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CreateRole } from '../harness/role.ts'
import { createArrivalRecord } from './arrival-record.ts'
import { monotonicNow } from './monotonic-clock.ts'

/** Whole tickets kept since the last clear, so that what arrives can be compared with what should. */
const KEPT_TICKETS = 100
const OK = '{"ok":true}'

/**
 * The application that all flows send to, a process of its own: takes tickets at the address that `address` gives and notes when each came.
 * `clear` begins anew; `distinct` counts deliveries that have arrived, `arrivals` tells their times, `tickets` gives the first few whole.
 */
export const createRole: CreateRole<null> = async () => {
  const record = createArrivalRecord()
  let tickets: unknown[] = []

  function take(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const at = monotonicNow()
      const ticket = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { readonly delivery: string }
      record.note(Number(ticket.delivery), at)
      if (tickets.length < KEPT_TICKETS) tickets.push(ticket)
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': OK.length }).end(OK)
    })
  }

  const server = createServer(take)
  server.keepAliveTimeout = 120_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    commands: {
      address: async () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`,
      clear: async () => {
        record.clear()
        tickets = []
      },
      distinct: async () => record.distinct,
      arrivals: async () => record.read(),
      tickets: async () => tickets,
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
