// Takes the pictures that README shows, of a hub that has been given something to do:
//   npm run screenshots

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { launchBrowser } from '../test/support/browser.ts'
import { buildConsole } from '../test/support/console.ts'
import { startHttpTarget } from '../test/support/http-target.ts'
import { callHub, type HubClient, logIn } from '../test/support/hub-client.ts'
import { createDataDir, startHubProcess, testAdmin } from '../test/support/hub-process.ts'
import { activate } from '../test/support/test-hub.ts'

const folder = join(import.meta.dirname, '../docs/images')
const viewport = { width: 1120, height: 700 }

/** A shop's orders: checked, priced, sent on, and told to the warehouse. */
const orders = (url: string) => ({
  name: 'Orders to billing',
  description: 'Every order of the shop becomes an invoice, and the warehouse hears of it.',
  graph: {
    nodes: [
      step('order', 'Read the order', '{ "id": id, "customer": customer, "lines": lines }'),
      step('price', 'Add up', '{ "order": id, "customer": customer, "total": $sum(lines.(price * quantity)) }'),
      { id: 'bill', name: 'Send the invoice', componentId: 'http-request', function: 'request', fields: post(url) },
      step('pick', 'List the goods', '{ "order": id, "goods": lines.sku }'),
      {
        id: 'warehouse',
        name: 'Tell the warehouse',
        componentId: 'http-request',
        function: 'request',
        fields: post(url),
      },
    ],
    edges: [
      { source: 'order', target: 'price' },
      { source: 'price', target: 'bill' },
      { source: 'order', target: 'pick' },
      { source: 'pick', target: 'warehouse' },
    ],
  },
})

const post = (url: string) => ({ method: 'POST', url })

function step(id: string, name: string, expression: string) {
  return { id, name, componentId: 'jsonata', function: 'transform', fields: { expression } }
}

const order = (id: number) => ({
  id,
  customer: { name: 'Ada Lovelace', city: 'London' },
  lines: [
    { sku: 'A-100', quantity: 2, price: 12.5 },
    { sku: 'B-7', quantity: 1, price: 99 },
  ],
})

/** Resolves to the id of the flow and of its last run. */
async function fill(url: string, admin: HubClient, target: string): Promise<{ flowId: string; runId: string }> {
  const flowId = await activate(admin, orders(target))
  await admin.expect('POST', '/flow-repository/flows', { ...orders(target), name: 'Returns to stock' })
  for (const id of [4711, 4712, 4713]) await callHub(url, 'POST', `/webhooks/hook/${flowId}`, { body: order(id) })
  const runs = `/component-orchestrator/executions?filter[flowId]=${flowId}`
  const { data } = await admin.until(runs, (answer) =>
    answer.data.every(({ status }: { status: string }) => status === 'success'),
  )
  return { flowId, runId: data[0].id }
}

async function take(page: Page, { flowId, runId }: { flowId: string; runId: string }): Promise<void> {
  const shots: [string, string, string][] = [
    ['live', '/live', 'flow.started'],
    ['flow', `/flows/${flowId}`, 'Tell the warehouse'],
    ['run', `/runs/${runId}`, 'Tell the warehouse'],
    ['audit', `/audit?flow=${flowId}`, 'flow.started'],
  ]
  for (const [name, path, text] of shots) {
    await page.goto(path)
    await page.getByText(text).filter({ visible: true }).first().waitFor()
    if (name === 'live') await page.getByRole('link', { name: 'flow.started' }).click()
    if (name === 'run') await page.getByRole('tab', { name: 'Output' }).click()
    // Two frames: the drawing has found its place.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    await page.screenshot({ path: join(folder, `${name}.png`) })
  }
}

async function main(): Promise<void> {
  buildConsole()
  await mkdir(folder, { recursive: true })
  await using stack = new AsyncDisposableStack()
  const data = await createDataDir()
  stack.defer(() => data.remove())
  const hub = await startHubProcess({ dataDir: data.path, env: { OIH_LOG_LEVEL: 'error' } })
  stack.defer(async () => void (await hub.stop()))
  const target = await startHttpTarget()
  stack.defer(() => target.stop())
  const browser = await launchBrowser()
  stack.defer(() => browser.close())
  const admin = await logIn(hub.url, testAdmin)
  const things = await fill(hub.url, admin, target.url)
  const context = await browser.newContext({ baseURL: hub.url, viewport, colorScheme: 'light' })
  await context.addCookies([{ name: 'oih_session', value: admin.token, url: hub.url }])
  await take(await context.newPage(), things)
  console.log(`Wrote the pictures to ${folder}`)
}

await main()
