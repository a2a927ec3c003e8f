import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { openBrowser } from '../support/browser.ts'
import { accessibilityFaults, buildConsole, openConsole } from '../support/console.ts'
import type { HubClient } from '../support/hub-client.ts'
import { assertPleasant, button, closed, dialog, heading, region, submit } from '../support/page-parts.ts'
import { createMember, createTenant, startTestHub } from '../support/test-hub.ts'

const SECRETS = '/secret-service/api/v1/secrets'
const [before, after] = ['the former pass phrase', 'the next pass phrase']

/** A hub with the console, a browser, and a tenant of it; undefined where no browser runs. */
async function setup(t: TestContext) {
  const browser = await openBrowser(t)
  if (browser === undefined) return undefined
  buildConsole()
  const hub = { ...(await startTestHub(t)), browser }
  const tenant = await createTenant(hub.admin)
  const member = (...permissions: string[]) => createMember(hub, tenant, { permissions })
  const anna = await member('secrets.secret.readRaw', 'logs.read', 'events.read', 'tenant.account.read')
  return { hub, tenant, member, anna }
}

/** Stores a secret of its maker; resolves to its id. */
async function store(client: HubClient, name: string, more: object = {}): Promise<string> {
  const value = { username: 'robot', passphrase: before }
  return (await client.expect('POST', SECRETS, { name, type: 'SIMPLE', value, ...more })).data.id
}

describe('the console for secrets', () => {
  test('stores a secret, shows it masked, and in clear on record alone', async (t) => {
    const ready = await setup(t)
    if (ready === undefined) return
    const { hub, anna } = ready
    const page = await openConsole(t, hub, { token: anna.token, refused: /^400 .*\/secrets$/ })
    await page.goto('/secrets')
    await page.getByRole('link', { name: 'Create the first one' }).click()
    await page.waitForURL(/\/secrets\?do=create$/)
    await dialog(page).getByLabel('Type').selectOption('API_KEY')
    await page.getByLabel('Name').fill('CRM')
    await page.getByLabel('Key', { exact: true }).fill('key-0123456789')
    await page.getByLabel('Header').fill('x api')
    await page.getByLabel('Allowed hosts').fill('https://crm.example.com/')
    await submit(page, 'Create')
    await page.locator('.fault').first().waitFor()
    const invalid = page.locator('[aria-invalid="true"]')
    assert.deepEqual(
      await invalid.evaluateAll((fields) => fields.map((field) => field.getAttribute('name'))),
      ['value.headerName', 'allowedHosts'],
      'each field says what is wrong with it',
    )
    await page.getByLabel('Header').fill('x-api-key')
    await page.getByLabel('Allowed hosts').fill('crm.example.com\n*.crm.example.com')
    await page.getByLabel('Ends').fill('2100-01-01T12:00')
    await submit(page, 'Create')

    await heading(page, 'CRM').waitFor()
    const value = region(page, 'Value')
    await value.getByText('***6789').waitFor()
    await region(page, 'Details').getByText('crm.example.com, *.crm.example.com').waitFor()
    const readings = region(page, 'Who read it, and when')
    await readings.getByText('Nobody has read it in clear yet.').waitFor()
    await value.getByText('the reading goes on record').waitFor()
    await button(page, 'Show').click()
    await value.getByText('key-0123456789').waitFor()
    assert.deepEqual(await accessibilityFaults(page), [])
    await readings.getByText('1 reading').waitFor()
    assert.match((await readings.textContent()) ?? '', /not for a flow/)
    assert.equal(await value.getByText('key-0123456789').count(), 1, 'looking again at everything else changes nothing')
    await button(page, 'Hide').click()
    await value.getByText('***6789').waitFor()
    assert.equal(await page.getByText('key-0123456789').count(), 0)
    await page.getByRole('link', { name: 'In the audit log' }).click()
    await page.waitForURL(/\/audit\?name=secret-service\.token\.get&about=/)
    await page.getByText('1 entry').waitFor()
  })

  test('replaces a value while the former one stays good, and changes what is known of it', async (t) => {
    const ready = await setup(t)
    if (ready === undefined) return
    const { hub, anna } = ready
    const expiresAt = '2100-01-01T12:00:07.007Z'
    const id = await store(anna, 'ERP', { expiresAt })
    const page = await openConsole(t, hub, { token: anna.token })
    await page.goto(`/secrets/${id}`)
    await button(page, 'Show').click()
    await page.getByText(before).waitFor()
    await button(page, 'Change').click()
    await page.getByLabel('Name').fill('ERP, new')
    await submit(page, 'Save')
    await heading(page, 'ERP, new').waitFor()
    assert.equal((await anna.expect('GET', `${SECRETS}/${id}?masked=true`)).data.expiresAt, expiresAt, 'left as it was')

    await button(page, 'Replace value').click()
    assert.equal(await page.getByLabel('User name').inputValue(), 'robot')
    assert.equal(await page.getByLabel('Password').inputValue(), '')
    await page.getByLabel('Password').fill(after)
    await page.getByLabel('Keep the former value').selectOption('86400')
    await submit(page, 'Replace value')
    await closed(page)
    const versions = region(page, 'Versions that are good')
    await versions.getByRole('row', { name: /^2 .*in force/ }).waitFor()
    await versions.getByRole('row', { name: /^1 .*ends in/ }).waitFor()
    assert.equal(await page.getByText(before).count(), 0, 'what is no longer in force is not shown')
    const read = async (query = '') => (await anna.expect('GET', `${SECRETS}/${id}${query}`)).data.value.passphrase
    assert.deepEqual([await read(), await read('?version=1')], [after, before])
  })

  test('shares a secret with the tenant, whose users need the permission to read it', async (t) => {
    const ready = await setup(t)
    if (ready === undefined) return
    const { hub, anna, member } = ready
    const id = await store(anna, 'Shared one')
    const ben = await member()
    const other = await openConsole(t, hub, { token: ben.token, refused: /^(403|404) / })
    await other.goto(`/secrets/${id}`)
    await other.getByRole('alert').getByText('the caller must be an owner').waitFor()

    const page = await openConsole(t, hub, { token: anna.token })
    await page.goto(`/secrets/${id}`)
    await button(page, 'Remove').focus()
    await page.getByRole('tooltip').getByText('It is the last owner').waitFor()
    await button(page, 'Share with the tenant').click()
    await submit(page, 'Share')
    const owners = region(page, 'Owners')
    await owners.getByText('all users of the tenant').waitFor()

    await other.goto('/secrets')
    await other.getByRole('row', { name: 'Shared one' }).getByText('the tenant and 1 user').waitFor()
    await other.getByRole('link', { name: 'Shared one' }).click()
    await region(other, 'Value').getByText('You lack the permission "secrets.secret.readRaw"').waitFor()
    await button(other, 'Show').click({ force: true })
    await region(other, 'Who read it, and when').getByText('You lack the permission "logs.read"').waitFor()
    await region(other, 'Value').getByText('***').waitFor()
    assert.equal(await other.getByText(before).count(), 0)

    await button(page, 'Add owner').click()
    await page.getByLabel('User name').fill('nobody')
    await submit(page, 'Add')
    await page.locator('.fault').getByText('Must be the name of a user that exists').waitFor()
    await page.keyboard.press('Escape')
    await button(page, 'Let go').click()
    await dialog(page).getByText('You own it no longer; the other owner keeps it.').waitFor()
    await submit(page, 'Let go')
    await heading(page, 'Secrets').waitFor()
    await page.getByRole('row', { name: 'Shared one' }).getByText('the tenant', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'Shared one' }).click()
    await button(page, 'Delete').click()
    await dialog(page).getByText('Flows that use it fail').waitFor()
    await submit(page, 'Delete secret')
    await page.getByText('No secret yet').waitFor()
    assert.equal((await anna.call('GET', `${SECRETS}/${id}`)).status, 404)
  })

  test('is accessible, light and dark, fits a narrow screen, and has an address for every state', async (t) => {
    const ready = await setup(t)
    if (ready === undefined) return
    const { hub, anna, tenant } = ready
    const id = await store(anna, 'CRM', { owners: [{ id: tenant, type: 'TENANT' }] })
    await store(anna, `A long name ${'of a secret '.repeat(10)}`, { expiresAt: '2020-01-01T00:00:00Z' })
    await anna.expect('GET', `${SECRETS}/${id}`)
    const page = await openConsole(t, hub, { token: anna.token, refused: /^404 / })
    for (const [path, text] of [
      ['/secrets', 'over'],
      ['/secrets?q=crm&type=SIMPLE', '1 secret'],
      ['/secrets?type=API_KEY', 'No secret fits'],
      ['/secrets?page=9', 'There are not so many pages'],
      ['/secrets?do=create', 'Share it with the tenant'],
      [`/secrets/${id}`, '1 reading'],
      [`/secrets/${id}?do=change`, 'Allowed hosts'],
      [`/secrets/${id}?do=value`, 'Keep the former value good for'],
      [`/secrets/${id}?do=owner`, 'Of a user of the same tenant'],
      [`/secrets/${id}?do=delete`, 'You own it no longer'],
      [`/secrets/${crypto.randomUUID()}`, 'No secret found'],
      [`/audit?about=${id}`, 'entries'],
    ] as const) {
      await assertPleasant(page, path, text)
    }
  })
})
