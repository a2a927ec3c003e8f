import type { HttpTarget } from '../support/http-target.ts'
import { type HubClient, logIn } from '../support/hub-client.ts'
import type { HubProcess } from '../support/hub-process.ts'
import type { Acknowledged } from './load.ts'

interface Entry {
  readonly id: string
  readonly headers: { readonly name: string }
  readonly payload: { readonly id?: string }
}

/** Compares what the hub acknowledged with what arrived and what the audit log holds. Resolves to what is wrong. */
export async function verify(
  hub: HubProcess,
  target: HttpTarget,
  { payloads, changes }: Acknowledged,
  say: (text: string) => void,
): Promise<string[]> {
  const client = await logIn(hub.url, hub.admin)
  const delivered = () => new Set(target.arrived.map(({ body }) => body.id))
  await client.until('/readyz', () => [...payloads].every((id) => delivered().has(id)), 60_000).catch(() => undefined)
  const arrivals = Map.groupBy(target.arrived, ({ body }) => body.id)
  const lost = [...payloads].filter((id) => !arrivals.has(id))
  // A step in flight at the kill is sent again, under the same key: that is how a target knows it.
  const doubled = [...arrivals].filter(
    ([, all]) => new Set(all.map(({ headers }) => headers['idempotency-key'])).size > 1,
  )
  const repeated = target.arrived.length - arrivals.size

  const entries = await settledEntries(client)
  const counts = Map.groupBy(entries, ({ headers, payload }) => `${headers.name} ${payload.id}`)
  const unrecorded = [...changes].filter((change) => !counts.has(change))
  const recordedTwice = [...changes].filter((change) => (counts.get(change)?.length ?? 0) > 1)
  const ids = new Set(entries.map(({ id }) => id))

  say(
    `${payloads.size} payloads acknowledged, ${arrivals.size} arrived, ${repeated} of them sent again under the same key`,
  )
  say(`${changes.size} changes acknowledged, ${entries.length} entries in the audit log`)
  return [
    ...lost.map((id) => `payload ${id} was acknowledged and did not arrive`),
    ...doubled.map(([id]) => `payload ${id} arrived under several idempotency keys`),
    ...unrecorded.map((change) => `${change} was acknowledged and is not in the audit log`),
    ...recordedTwice.map((change) => `${change} is in the audit log more than once`),
    ...(ids.size === entries.length ? [] : ['an event is in the audit log more than once']),
  ]
}

/** All entries, once the audit log has heard an event that comes after everything else: this login's token. */
async function settledEntries(client: HubClient): Promise<Entry[]> {
  const { id } = await client.expect('POST', '/iam/api/v1/tenants', { name: 'the last change' })
  await client.until(`/audit-log/logs?filter[id]=${id}`, ({ data }) => data.length === 1)
  const entries: Entry[] = []
  for (let page = 1; ; page++) {
    const { data, meta } = await client.expect(
      'GET',
      `/audit-log/logs?sort=createdAt&page[size]=100&page[number]=${page}`,
    )
    entries.push(...data)
    if (page >= meta.totalPages) return entries
  }
}
