import { Type } from 'typebox'
import { definitions } from '#catalogue'
import type { Tally } from '#event-bus'
import { route } from '#lib/http/route'
import type { Database } from '#lib/postgres'
import { Moment } from '#lib/schema'
import { scopeOf } from '#lib/scope'
import { permissions } from '../permissions.ts'

/** What an answer waits for the counting to come up to now. Where a million events are behind, it tells of those that are counted. */
const MOST_MS = 2_000

const CatalogueEntry = Type.Object({
  name: Type.String(),
  service: Type.String({ description: 'The only service that publishes it' }),
  summary: Type.String(),
  schema: Type.Object({}, { additionalProperties: true, description: 'JSON Schema of the payload' }),
  seen: Type.Object({ count: Type.Integer(), lastAt: Type.Optional(Moment) }),
})

const entries = definitions.map(({ name, service, summary, payload }) => {
  // As it goes over the wire: without what the schema library keeps for itself.
  const schema = JSON.parse(JSON.stringify(payload)) as Record<string, unknown>
  return { name: name as string, service, summary, schema }
})

/** `GET /catalogue`: every event, and the proof that it happens. */
export const getCatalogue = ({ db, tally }: { readonly db: Database; readonly tally: Tally }) =>
  route({
    method: 'GET',
    path: '/catalogue',
    summary: 'List every event of the hub, how often it has happened, and when last',
    description: 'Counted are events of the own tenant; with the permission `all`, of everybody.',
    permission: permissions.read,
    query: Type.Object({}, { additionalProperties: false }),
    response: {
      200: Type.Object({
        data: Type.Array(CatalogueEntry),
        meta: Type.Object({
          total: Type.Integer(),
          seen: Type.Integer({ description: 'How many of them have happened at least once' }),
        }),
      }),
    },
    async handle({ principal }) {
      await tally.update(MOST_MS)
      const rows = await db.transaction(scopeOf(principal), (tx) => tally.read(tx))
      const byName = new Map(rows.map((row) => [row.name, row]))
      const data = entries.map((entry) => {
        const { count = 0, lastAt } = byName.get(entry.name) ?? {}
        return { ...entry, seen: { count, ...(lastAt && { lastAt: lastAt.toISOString() }) } }
      })
      return {
        status: 200,
        body: { data, meta: { total: data.length, seen: data.filter((e) => e.seen.count).length } },
      }
    },
  })
