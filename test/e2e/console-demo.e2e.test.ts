import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openBrowser } from '../support/browser.ts'
import { accessibilityFaults, buildConsole, openConsole } from '../support/console.ts'
import { logIn } from '../support/hub-client.ts'
import { createMember, createTenant, startTestHub } from '../support/test-hub.ts'

/** A hub with the console, and a browser; undefined where no browser runs. */
async function setup(t: TestContext) {
  const browser = await openBrowser(t)
  if (browser === undefined) return undefined
  buildConsole()
  return { ...(await startTestHub(t)), browser }
}

const offer = (page: Page) => page.getByRole('button', { name: 'Load the demo' })
const traffic = (page: Page) => page.getByRole('region', { name: 'Demo' })
const flowsPage = (page: Page) => page.getByRole('navigation').getByRole('link', { name: 'Flows', exact: true })

describe('the demo in the console', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`is loaded by a button, shows passwords once, and moves the live page (${colorScheme})`, async (t) => {
      const hub = await setup(t)
      if (hub === undefined) return
      // Mistyped passwords are part of the demo.
      const page = await openConsole(t, hub, { token: hub.admin.token, colorScheme, refused: /^401 \/iam\/login$/ })
      await page.goto('/live')
      await offer(page).waitFor()
      assert.deepEqual(await accessibilityFaults(page), [])
      await offer(page).click()
      await page.getByRole('button', { name: 'Watch it live' }).waitFor()
      for (const _ of [1, 2, 3]) await page.keyboard.press('Escape')
      const dialog = page.getByRole('dialog', { name: 'The demo is loaded' })
      assert.equal(await dialog.isVisible(), true, 'it is not closed by accident')
      assert.deepEqual(await accessibilityFaults(page), [])
      const names = ['demo-engineer', 'demo-auditor', 'demo-admin']
      const passwords = await dialog.locator('code').allTextContents()
      for (const [index, username] of names.entries()) {
        const row = dialog.getByRole('row').filter({ hasText: username })
        assert.equal(await row.locator('code').textContent(), passwords[index])
        const { userId } = await logIn(hub.url, { username, password: passwords[index] ?? '' })
        assert.ok(userId)
      }

      await page.getByRole('button', { name: 'Watch it live' }).click()
      await traffic(page)
        .getByText(/Demo: \d+ GitHub/)
        .waitFor()
      for (const name of ['iam.user.loginFailed', 'flow.stopped']) {
        await page.locator('.event-name', { hasText: name }).first().waitFor()
      }
      assert.equal(await dialog.count(), 0)
      assert.equal(await offer(page).count(), 0)
      assert.equal(passwords.length, 3)
      const content = await page.content()
      for (const password of passwords) assert.equal(content.includes(password), false)
      assert.deepEqual(await accessibilityFaults(page), [])

      await flowsPage(page).click()
      await page.getByRole('link', { name: 'GitHub pushes to a change log' }).waitFor()
      assert.equal(await offer(page).count(), 0)
      await page.getByRole('button', { name: 'End the demo traffic' }).click()
      await traffic(page).waitFor({ state: 'detached' })
    })
  }

  test('is offered where there is no flow, and to those alone who may load it', async (t) => {
    const hub = await setup(t)
    if (hub === undefined) return
    const member = await createMember(hub, await createTenant(hub.admin), { role: 'TENANT_ADMIN' })
    for (const { token, offers } of [
      { token: member.token, offers: 0 },
      { token: hub.admin.token, offers: 1 },
    ]) {
      const page = await openConsole(t, hub, { token })
      await page.goto('/flows')
      await page.getByRole('heading', { name: 'No flow yet' }).waitFor()
      if (offers > 0) await offer(page).waitFor()
      assert.equal(await offer(page).count(), offers)
    }
  })

  test('says why it could not be loaded, and completes it then', async (t) => {
    const hub = await setup(t)
    if (hub === undefined) return
    const page = await openConsole(t, hub, { token: hub.admin.token, refused: /^(?:503|401) / })
    const refusal = { status: 503, json: { detail: 'The service is not available at the moment: try again' } }
    await page.route('**/flow-repository/flows', (route) =>
      route.request().method() === 'POST' ? route.fulfill(refusal) : route.fallback(),
    )
    await page.goto('/flows')
    await offer(page).click()
    await page
      .getByRole('alert')
      .getByText(/Cannot create flow .* not available at the moment/)
      .waitFor()
    const dialog = page.getByRole('dialog')
    const shown = await dialog.locator('code').allTextContents()
    assert.equal(shown.length, 3)
    await page.unroute('**/flow-repository/flows')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('button', { name: 'Watch it live' }).waitFor()
    // The engineer of the first attempt goes on.
    assert.deepEqual(await dialog.locator('code').allTextContents(), shown)
    const { data } = await hub.admin.expect('GET', '/flow-repository/flows')
    assert.deepEqual(
      data.map(({ status }: { status: string }) => status),
      ['active', 'active'],
    )
  })
})
