import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import * as openid from 'openid-client'
import { openBrowser } from '../../../../test/support/browser.ts'
import { ADMIN_PASSWORD, createTestHub } from '../../../../test/support/iam-hub.ts'
import { finish, registerApplication } from '../../../../test/support/openid.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

test('a real browser signs in from a page of another site, and the second time without the password', async (t) => {
  const chromium = await openBrowser(t)
  if (chromium === undefined) return
  const hub = await createTestHub(t)
  let link = ''
  const site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<!doctype html><title>Application</title><a href="${link.replaceAll('&', '&amp;')}">Sign in</a>`)
  })
  await new Promise<void>((resolve) => site.listen(0, resolve))
  t.after(() => site.close())
  // Another host than the hub's, and so another site.
  const home = `http://localhost:${(site.address() as AddressInfo).port}`
  const token = await hub.login('admin', ADMIN_PASSWORD)
  const app = await registerApplication(hub, token, {
    redirectUri: `${home}/callback`,
    postLogoutRedirectUris: [`${home}/bye`],
  })
  const page = await chromium.newPage()
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  const isPleasant = async () => {
    // From outside the page, whose policy allows no script.
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Runtime.evaluate', { expression: axe })
    const run = 'axe.run().then(({ violations }) => JSON.stringify(violations.map(({ id, help }) => [id, help])))'
    const { result } = await cdp.send('Runtime.evaluate', { expression: run, awaitPromise: true })
    assert.equal(result.value, '[]')
  }
  const depart = async () => {
    const begun = await app.begin()
    link = begun.url
    await page.goto(home)
    await page.getByRole('link', { name: 'Sign in' }).click()
    return begun
  }

  const begun = await depart()
  await page.getByLabel('User name').fill('admin')
  await isPleasant()
  await page.getByLabel('Password').fill(ADMIN_PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: /^Allow/ }).waitFor()
  await isPleasant()
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.waitForURL(`${home}/callback?**`)
  assert.ok((await finish(app, begun, page.url())).id_token)

  // The provider's own session is gone, that of the hub is not: its cookie comes along with the hub's own page alone.
  await page.context().clearCookies({ name: /^oih_op_session/ })
  const again = await depart()
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.waitForURL(`${home}/callback?**`)
  const { id_token: hint = '' } = await finish(app, again, page.url())
  assert.ok(hint)

  const leave = async () => {
    const after = { post_logout_redirect_uri: `${home}/bye`, id_token_hint: hint, state: 'x' }
    link = openid.buildEndSessionUrl(app.config, after).href
    await page.goto(home)
    await page.getByRole('link', { name: 'Sign in' }).click()
  }
  await leave()
  await page.getByRole('heading', { name: 'Sign out?' }).waitFor()
  await isPleasant()
  await page.getByRole('button', { name: 'Sign out of the hub' }).click()
  await page.waitForURL(`${home}/bye?state=x`)
  assert.deepEqual(
    (await page.context().cookies(hub.url)).map(({ name }) => name).filter((name) => name.startsWith('oih_')),
    [],
  )
  // Nobody is signed in: nobody is asked.
  await leave()
  await page.waitForURL(`${home}/bye?state=x`)
  await page.goto(`${hub.url}/iam/op/session/end/success`)
  await isPleasant()
  await depart()
  await page.getByLabel('Password').waitFor()
  assert.deepEqual(complaints, [])
})
