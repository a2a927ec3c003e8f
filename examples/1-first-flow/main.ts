import { isDeepStrictEqual } from 'node:util'
import { startHttpTarget } from '../../test/support/http-target.ts'
import { type HubClient, logIn } from '../../test/support/hub-client.ts'
import { createDataDir, startHubProcess } from '../../test/support/hub-process.ts'
import { type Delivery, gitHubDeliveries } from './deliveries.ts'
import { firstFlow } from './flow.ts'

// Real GitHub deliveries go one by one to a flow's webhook, are filtered and mapped, and arrive at an HTTP target. Ends with 1 if one is
// missing, doubled or not what it should be.

const say = (text: string) => process.stdout.write(`${text}\n`)

const dataDir = await createDataDir()
const target = await startHttpTarget()
say('Starting a hub of its own …')
const hub = await startHubProcess({ dataDir: dataDir.path })
try {
  process.exitCode = await run(await logIn(hub.url, hub.admin))
} finally {
  await hub.stop()
  await target.stop()
  await dataDir.remove()
}

async function run(client: HubClient): Promise<number> {
  const { data: flow } = await client.expect('POST', '/flow-repository/flows', firstFlow(target.url))
  await client.expect('POST', `/flow-repository/flows/${flow.id}/start`)
  await client.until(`/flow-repository/flows/${flow.id}`, ({ data }) => data.status === 'active')
  say(`Flow "${flow.name}" is active: ${hub.url}/webhooks/hook/${flow.id}`)

  const deliveries = gitHubDeliveries()
  const expected = deliveries.filter(({ payload }) => payload.repository !== undefined)
  const sentAt = await send(`${hub.url}/webhooks/hook/${flow.id}`, deliveries)
  await target.received(expected.length).catch(() => undefined)

  await client.expect('POST', `/flow-repository/flows/${flow.id}/stop`)
  const trail = await auditTrail(client, flow.id)
  return report(deliveries, expected, sentAt, trail)
}

/** One after the other; resolves to when each was sent. */
async function send(url: string, deliveries: readonly Delivery[]): Promise<Map<string, number>> {
  const sentAt = new Map<string, number>()
  for (const { id, event, payload } of deliveries) {
    sentAt.set(id, performance.now())
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-github-event': event, 'x-github-delivery': id },
      body: JSON.stringify(payload),
    })
    if (answer.status !== 200)
      throw new Error(`Delivery "${id}" was answered with ${answer.status}: ${await answer.text()}`)
    await answer.body?.cancel()
  }
  return sentAt
}

async function auditTrail(client: HubClient, flowId: string): Promise<{ name: string; createdAt: string }[]> {
  const path = `/audit-log/logs?filter[flowId]=${flowId}&sort=createdAt&page[size]=100`
  const { data } = await client.until(path, (page) =>
    page.data.some((entry: { headers: { name: string } }) => entry.headers.name === 'flow.stopped'),
  )
  return data.map(({ headers }: { headers: { name: string; createdAt: string } }) => headers)
}

function report(
  deliveries: readonly Delivery[],
  expected: readonly Delivery[],
  sentAt: ReadonlyMap<string, number>,
  trail: readonly { name: string; createdAt: string }[],
): number {
  const times = new Map<string, number[]>()
  for (const { body, at } of target.arrived) {
    times.set(body.delivery, [...(times.get(body.delivery) ?? []), at])
  }
  const missing = expected.filter(({ id }) => !times.has(id))
  const doubled = [...times].filter(([, arrivals]) => arrivals.length > 1)
  const strangers = [...times.keys()].filter((id) => !expected.some((each) => each.id === id))
  const wrong = target.arrived.filter(({ body }) => !isRight(body, deliveries))
  const latencies = [...times].map(([id, [at = 0]]) => at - (sentAt.get(id) ?? 0)).sort((a, b) => a - b)
  const quantile = (q: number) => (latencies[Math.floor((latencies.length - 1) * q)] ?? Number.NaN).toFixed(1)
  const names = trail.map(({ name }) => name)
  const complete = isDeepStrictEqual(names, [
    'flowrepo.flow.created',
    'flowrepo.flow.starting',
    'iam.token.created',
    'flow.started',
    'flowrepo.flow.stopping',
    'flow.stopped',
  ])

  say(`Went in:   ${deliveries.length} deliveries, ${expected.length} of them about a repository`)
  say(
    `Arrived:   ${target.arrived.length} (${missing.length} missing, ${doubled.length} doubled, ${wrong.length} not as mapped)`,
  )
  say(`Latency:   ${quantile(0.5)} ms at the median, ${quantile(0.99)} ms at p99, from sending to arrival`)
  say(`The trail of the flow in the audit log${complete ? '' : ' (NOT COMPLETE)'}:`)
  for (const { name, createdAt } of trail) say(`  ${createdAt}  ${name}`)
  return missing.length + doubled.length + strangers.length + wrong.length === 0 && complete ? 0 : 1
}

/** What the flow's expression should have made of the delivery, worked out without JSONata. */
function isRight(body: { delivery: string }, deliveries: readonly Delivery[]): boolean {
  const delivery = deliveries.find(({ id }) => id === body.delivery)
  const repository = delivery?.payload.repository as { name: string; full_name: string } | undefined
  if (delivery === undefined || repository === undefined) return false
  const { action, sender } = delivery.payload as { action?: string; sender?: { login: string } }
  return isDeepStrictEqual(body, {
    delivery: delivery.id,
    event: delivery.event,
    title: repository.name.toUpperCase() + (action ? `: ${action}` : ''),
    repository: repository.full_name,
    ...(sender && { by: sender.login }),
  })
}
