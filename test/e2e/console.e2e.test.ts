import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openBrowser } from '../support/browser.ts'
import { accessibilityFaults, buildConsole, openConsole } from '../support/console.ts'
import { startHttpTarget } from '../support/http-target.ts'
import { callHub } from '../support/hub-client.ts'
import { testAdmin } from '../support/hub-process.ts'
import { heading, place } from '../support/page-parts.ts'
import { activate, createMember, createTenant, firstFlow, startTestHub } from '../support/test-hub.ts'

/** A hub with the console, and a browser; undefined where no browser runs. */
async function setup(t: TestContext, env: Record<string, string> = {}) {
  const browser = await openBrowser(t)
  if (browser === undefined) return undefined
  buildConsole()
  const hub = await startTestHub(t, { env })
  const target = await startHttpTarget()
  t.after(() => target.stop())
  return { ...hub, browser, target }
}

async function signIn(page: Page, { username, password } = testAdmin) {
  await page.getByLabel('User name').fill(username)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

const eventNames = (page: Page) => page.locator('.event-name')
const isLive = (page: Page) => page.getByRole('status').getByText('Live', { exact: true }).waitFor()

describe('the console', () => {
  test('follows the first flow from its start to the audit log', async (t) => {
    const hub = await setup(t)
    if (hub === undefined) return
    const page = await openConsole(t, hub)
    await page.goto('/flows?q=first')
    await signIn(page)
    await heading(page, 'Flows').waitFor()
    assert.equal(new URL(page.url()).search, '?q=first', 'one comes to where one wanted to go')

    await place(page, 'Live').click()
    await isLive(page)
    const flowId = await activate(hub.admin, firstFlow(hub.target.url))
    // Not that of the schema of this name.
    await page.getByRole('link', { name: /^\S+ flow\.started / }).click()
    await page.getByRole('region', { name: 'Payload' }).getByText(flowId).first().waitFor()
    await page.getByRole('region', { name: 'Headers' }).getByText('component-orchestrator').waitFor()

    await page.getByRole('article').getByRole('link', { name: 'Flow', exact: true }).click()
    await heading(page, 'first flow').waitFor()
    const webhook = await page.locator('code', { hasText: '/webhooks/hook/' }).textContent()
    assert.equal(webhook, `${hub.url}/webhooks/hook/${flowId}`)
    const body = '{"id": 12345678901234567890, "title": "räksmörgås"}'
    await fetch(webhook, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    await hub.target.received(1)

    await page.getByRole('region', { name: 'Recent runs' }).locator('[data-row]').click()
    await page.locator('.page-head').getByText('success').waitFor()
    await page.getByRole('link', { name: 'send', exact: true }).click()
    await page.getByRole('region', { name: 'Input' }).getByText('RÄKSMÖRGÅS').waitFor()
    await page.getByRole('button', { name: 'map' }).click()
    // With all its digits.
    await page.getByRole('region', { name: 'Input' }).getByText('12345678901234567890').waitFor()
    await page.getByRole('tab', { name: 'Output' }).click()
    await page.getByRole('region', { name: 'Output' }).getByText('RÄKSMÖRGÅS').waitFor()
    assert.match(page.url(), /\/runs\/[\w-]+\?step=[\w-]+&show=output$/, 'every state is an address')

    await place(page, 'Flows').click()
    await page.getByRole('link', { name: 'first flow' }).click()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.locator('.page-head').getByText('inactive').waitFor()
    assert.equal((await callHub(hub.url, 'POST', `/webhooks/hook/${flowId}`, { body: {} })).status, 404)
    await page.getByRole('link', { name: 'Audit log of this flow' }).click()
    await page.getByRole('link', { name: 'flow.started' }).click()
    await heading(page, 'flow.started').waitFor()
    await page.getByRole('region', { name: 'Payload' }).getByText(flowId).first().waitFor()
  })

  test('says that a password is wrong, and notices when a session ends', async (t) => {
    const hub = await setup(t)
    if (hub === undefined) return
    const page = await openConsole(t, hub, { refused: /^401 / })
    await page.goto('/catalogue?q=user')
    await signIn(page, { ...testAdmin, password: 'not the password' })
    await page.getByRole('alert').waitFor()
    assert.match(page.url(), /\/sign-in/)
    await signIn(page)
    await heading(page, 'Event catalogue').waitFor()
    const cookies = await page.context().cookies()
    assert.deepEqual(
      cookies.map(({ name, httpOnly, sameSite }) => ({ name, httpOnly, sameSite })),
      [{ name: 'oih_session', httpOnly: true, sameSite: 'Strict' }],
    )

    const other = await page.context().newPage()
    await other.goto('/live')
    await heading(other, 'Live events').waitFor()
    await other.getByRole('button', { name: 'admin' }).click()
    await other.getByRole('menuitem', { name: 'Sign out' }).click()
    await other.getByLabel('User name').waitFor()
    await page.getByText('Your session has ended').waitFor()
    await signIn(page)
    await heading(page, 'Event catalogue').waitFor()
    await heading(other, 'Live events').waitFor()

    // Elsewhere, without this browser knowing.
    const [session] = await page.context().cookies()
    await callHub(hub.url, 'POST', '/iam/logout', { headers: { authorization: `Bearer ${session?.value}` } })
    await page.getByText('Your session has ended').waitFor()
  })

  test('shows a tenant nothing of another', async (t) => {
    const hub = await setup(t)
    if (hub === undefined) return
    const flowId = await activate(hub.admin, firstFlow(hub.target.url))
    await callHub(hub.url, 'POST', `/webhooks/hook/${flowId}`, { body: { id: 1, title: 'secret' } })
    const runs = '/component-orchestrator/executions'
    const { data } = await hub.admin.until(runs, (answer) => answer.data[0]?.status === 'success')
    const member = await createMember(hub, await createTenant(hub.admin), { role: 'TENANT_ADMIN' })
    const page = await openConsole(t, hub, { token: member.token, refused: /^404 / })
    await page.goto('/live')
    await isLive(page)
    await activate(hub.admin, firstFlow(hub.target.url))
    await member.expect('POST', '/flow-repository/flows', { ...firstFlow(hub.target.url), name: 'their own' })
    await eventNames(page).getByText('flowrepo.flow.created').waitFor()
    // What the other tenant did came before this event.
    const seen = await eventNames(page).allTextContents()
    assert.deepEqual([seen[0], seen.includes('flow.started')], ['flowrepo.flow.created', false])
    assert.equal(seen.filter((name) => name === 'flowrepo.flow.created').length, 1)
    await place(page, 'Flows').click()
    await page.getByRole('link', { name: 'their own' }).waitFor()
    assert.equal(await page.getByRole('link', { name: 'first flow' }).count(), 0)
    await place(page, 'Runs').click()
    await page.getByText('No run yet').waitFor()
    await page.goto(`/audit?flow=${flowId}`)
    await page.getByText('No entry fits').waitFor()
    for (const path of [`/flows/${flowId}`, `/runs/${data[0].id}`]) {
      await page.goto(path)
      await page.getByRole('alert').waitFor()
      assert.doesNotMatch((await page.locator('main').textContent()) ?? '', /first flow|secret/i)
    }
  })

  test('keeps live events to what was asked for, and waits while it is paused', async (t) => {
    const hub = await setup(t)
    if (hub === undefined) return
    const page = await openConsole(t, hub, { token: hub.admin.token, refused: /^400 \/event-bus\/live$/ })
    const create = (name: string) => hub.admin.expect('POST', '/iam/api/v1/tenants', { name })
    await page.goto('/live')
    await isLive(page)
    await page.getByRole('button', { name: 'Pause' }).click()
    for (const name of ['one', 'two', 'three']) await create(name)
    await page.getByRole('button', { name: 'Resume, 3 waiting' }).waitFor()
    assert.equal(await page.getByText('three', { exact: true }).count(), 0)
    await page.getByRole('button', { name: 'Resume, 3 waiting' }).click()
    await page.getByText('three', { exact: true }).waitFor()

    await page.keyboard.press('/')
    await page.keyboard.type('tenant')
    await page.waitForURL(/\/live\?names=tenant$/)
    await create('four')
    await page.getByText('four', { exact: true }).waitFor()
    assert.deepEqual(new Set(await eventNames(page).allTextContents()), new Set(['iam.tenant.created']))
    await page.reload()
    await page.getByText('four', { exact: true }).waitFor()
    assert.equal(await page.getByLabel('Names').inputValue(), 'tenant')
    await page.getByLabel('Names').fill('iam..#')
    await page.getByRole('alert').waitFor()
    await page.getByText('Not connected').waitFor()
  })

  test('is used by the keyboard alone', async (t) => {
    const hub = await setup(t)
    if (hub === undefined) return
    await hub.admin.expect('POST', '/flow-repository/flows', firstFlow(hub.target.url))
    await hub.admin.expect('POST', '/flow-repository/flows', { ...firstFlow(hub.target.url), name: 'second flow' })
    const page = await openConsole(t, hub)
    const focused = async () => (await page.evaluate<string>("document.activeElement.textContent ?? ''")).trim()
    const tabTo = async (text: string) => {
      for (let steps = 0; (await focused()) !== text; steps += 1) {
        assert.ok(steps < 30, `"${text}" must be reached by Tab`)
        await page.keyboard.press('Tab')
      }
    }
    await page.goto('/flows')
    await page.getByLabel('User name').waitFor()
    await page.keyboard.type(testAdmin.username)
    await page.keyboard.press('Tab')
    await page.keyboard.type(testAdmin.password)
    await page.keyboard.press('Enter')
    await heading(page, 'Flows').waitFor()
    await page.getByRole('link', { name: 'second flow' }).waitFor()
    await tabTo('Skip to content')
    await page.keyboard.press('Enter')
    await tabTo('second flow')
    await page.keyboard.press('ArrowDown')
    assert.equal(await focused(), 'first flow')
    await page.keyboard.press('Enter')
    await heading(page, 'first flow').waitFor()
    await tabTo('Start')
    await page.keyboard.press('Enter')
    await page.locator('.page-head').getByText('active', { exact: true }).waitFor()
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Tab')
    await page.getByRole('tooltip').getByText('It is active already').waitFor()
  })
})

describe('every page of the console', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`is accessible and keeps to its policy, ${colorScheme}`, async (t) => {
      const hub = await setup(t, { OIH_STEP_ATTEMPTS: '1' })
      if (hub === undefined) return
      const empty = await openConsole(t, hub, { colorScheme })
      await empty.goto('/')
      await empty.getByLabel('User name').waitFor()
      assert.deepEqual(await accessibilityFaults(empty), [], '/sign-in')
      const paths = await fill(hub)
      const page = await openConsole(t, hub, { colorScheme, token: hub.admin.token, refused: /^404 / })
      for (const [path, text] of paths) {
        await page.goto(path)
        await page.locator('main').getByText(text).filter({ visible: true }).first().waitFor()
        assert.deepEqual(await accessibilityFaults(page), [], path)
        await page.setViewportSize({ width: 400, height: 800 })
        const width: number = await page.evaluate('document.documentElement.scrollWidth')
        assert.ok(width <= 400, `${path} must not scroll sideways at 400 px: it is ${width} px wide`)
        await page.setViewportSize({ width: 1280, height: 800 })
      }
    })
  }

  test('shows the beginning of a large message, and the rest when asked', async (t) => {
    const hub = await setup(t)
    if (hub === undefined) return
    const flowId = await activate(hub.admin, firstFlow(hub.target.url))
    const body = { id: 1, title: 'large', text: 'x'.repeat(1_000_000), end: 'the last' }
    await callHub(hub.url, 'POST', `/webhooks/hook/${flowId}`, { body })
    const runs = '/component-orchestrator/executions'
    const { data } = await hub.admin.until(runs, (answer) => answer.data[0]?.status === 'success')
    const page = await openConsole(t, hub, { token: hub.admin.token })
    await page.goto(`/runs/${data[0].id}`)
    const input = page.getByRole('region', { name: 'Input' })
    await input.getByRole('button', { name: 'Show more' }).waitFor()
    assert.ok(((await input.locator('pre').textContent()) ?? '').length <= 30_000)
    const more = input.getByRole('button', { name: 'Show more' })
    while ((await more.count()) > 0) await more.click()
    assert.match((await input.locator('pre').textContent()) ?? '', /the last/)
  })
})

/** Gives the hub something to show; resolves to addresses, and a text that each page has once it is complete. */
async function fill(hub: NonNullable<Awaited<ReturnType<typeof setup>>>): Promise<[string, string][]> {
  const flowId = await activate(hub.admin, firstFlow(hub.target.url))
  const failing = await activate(hub.admin, { ...firstFlow('http://127.0.0.1:9/'), name: 'failing flow' })
  for (const id of [flowId, failing]) {
    await callHub(hub.url, 'POST', `/webhooks/hook/${id}`, { body: { id: 1, title: 'x' } })
  }
  const runOf = async (id: string, status: string) => {
    const path = `/component-orchestrator/executions?filter[flowId]=${id}`
    return (await hub.admin.until(path, ({ data }) => data[0]?.status === status)).data[0].id
  }
  const [good, bad] = [await runOf(flowId, 'success'), await runOf(failing, 'failed')]
  const entries = '/audit-log/logs?filter[name]=flow.started'
  const entry = (await hub.admin.until(entries, ({ data }) => data.length === 2)).data[0].id
  const domains = '/metadata-repository/api/v1/domains'
  const domain = (await hub.admin.expect('POST', domains, { name: 'Models' })).data.id
  await hub.admin.expect('POST', `${domains}/${domain}/schemas`, { value: { $id: 'people/person.json' } })
  return [
    ['/live', 'flow.started'],
    [`/live?event=${entry}`, 'Payload'],
    ['/live?names=no.such', 'No such event yet'],
    ['/catalogue?event=flow.started', 'Schema of the payload'],
    ['/flows', 'failing flow'],
    ['/flows?q=nothing', 'No flow fits'],
    [`/flows/${flowId}?step=map`, 'Recent runs'],
    [`/flows/${crypto.randomUUID()}`, 'no flow'],
    ['/runs', 'failing flow'],
    [`/runs/${good}`, 'Attempts'],
    [`/runs/${bad}`, 'ECONNREFUSED'],
    ['/domains', 'Models'],
    [`/domains/${domain}`, 'person.json'],
    [`/domains/${domain}/schemas/people/person.json`, 'Audit log of this schema'],
    ['/audit', 'flow.started'],
    ['/audit?name=flow.failed', 'No entry fits'],
    [`/audit/${entry}`, 'Proof'],
  ]
}
