import Fastify from 'fastify'
import pg from 'pg'
import { Pool } from 'undici'
import { v7 as uuidv7 } from 'uuid'
import type { CreateRole } from '../harness/role.ts'
import { toTicket } from './mapping.ts'

/** What a forwarder is started with. */
export interface ForwarderInput {
  readonly targetUrl: string
  /** With it each delivery is a row, committed before the answer. */
  readonly databaseUrl?: string
}

const CONNECTIONS = 32

/**
 * The least that does such a job: Fastify takes a delivery, maps it in plain code, answers, and sends the ticket on from memory. What it has not
 * sent when it dies is lost, unless there is a row; but nobody would look at the rows.
 */
export const createRole: CreateRole<ForwarderInput> = async ({ targetUrl, databaseUrl }) => {
  const { origin, pathname } = new URL(targetUrl)
  const target = new Pool(origin, { connections: CONNECTIONS })
  const database = databaseUrl === undefined ? undefined : await openTable(databaseUrl)

  async function forward(ticket: object): Promise<void> {
    const headers = { 'content-type': 'application/json' }
    const { body } = await target.request({ method: 'POST', path: pathname, headers, body: JSON.stringify(ticket) })
    await body.dump()
  }

  const server = Fastify({ bodyLimit: 5 * 1_048_576 })
  server.post('/hook', async (request, reply) => {
    const ticket = toTicket(
      String(request.headers['x-github-delivery']),
      String(request.headers['x-github-event']),
      request.body,
    )
    await database?.query({
      name: 'insert-delivery',
      text: 'insert into delivery (id, body) values ($1, $2)',
      values: [uuidv7(), JSON.stringify(request.body)],
    })
    reply.send({ message: 'thank you' })
    // A target that fails shows as missing arrivals.
    forward(ticket).catch((error: unknown) => request.log.error(error))
    return reply
  })
  const address = await server.listen({ host: '127.0.0.1', port: 0 })
  return {
    commands: { address: async () => `${address}/hook` },
    stop: async () => {
      await server.close()
      await Promise.all([target.close(), database?.end()])
    },
  }
}

async function openTable(connectionString: string): Promise<pg.Pool> {
  const pool = new pg.Pool({ connectionString, max: 20 })
  await pool.query('create table delivery (id uuid primary key, body text not null)')
  return pool
}
