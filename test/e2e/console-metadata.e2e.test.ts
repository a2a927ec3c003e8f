import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { strToU8, zipSync } from 'fflate'
import type { Page } from 'playwright-core'
import { openBrowser } from '../support/browser.ts'
import { accessibilityFaults, buildConsole, openConsole } from '../support/console.ts'
import type { HubClient } from '../support/hub-client.ts'
import { DOMAINS } from '../support/metadata-repository.ts'
import { assertPleasant, button, closed, dialog, heading, region, submit } from '../support/page-parts.ts'
import { createMember, createTenant, startTestHub } from '../support/test-hub.ts'

const CRUD = 'metadata.domains.crud'

/** A hub with the console, a browser, and a tenant of it with somebody who handles its domains; undefined where no browser runs. */
async function setup(t: TestContext) {
  const browser = await openBrowser(t)
  if (browser === undefined) return undefined
  buildConsole()
  const hub = { ...(await startTestHub(t)), browser }
  const tenant = await createTenant(hub.admin)
  const member = (...permissions: string[]) => createMember(hub, tenant, { permissions })
  return { hub, tenant, member, mo: await member(CRUD, 'events.read', 'tenant.account.read') }
}

const createDomain = async (by: HubClient, name: string, more: object = {}): Promise<string> =>
  (await by.expect('POST', DOMAINS, { name, ...more })).data.id

const createSchema = async (by: HubClient, domain: string, value: object, more: object = {}) =>
  (await by.expect('POST', `${DOMAINS}/${domain}/schemas`, { value, ...more })).data

const person = {
  $id: 'people/person.json',
  title: 'Person',
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer' } },
}

const archiveOf = (files: Record<string, object>) => {
  const texts = Object.entries(files).map(([name, value]) => [name, strToU8(JSON.stringify(value))] as const)
  return { name: 'models.zip', mimeType: 'application/zip', buffer: Buffer.from(zipSync(Object.fromEntries(texts))) }
}

// The news of a deletion may come before its answer: a page then looks once more at what is gone, so that tests which delete let 404 pass.

const writeJson = (page: Page, value: object) => page.getByLabel('JSON Schema').fill(JSON.stringify(value, null, 2))
const report = (page: Page) => region(page, 'Compatibility')

describe('the console for domains', () => {
  test('makes, finds, changes and deletes a domain, which stays while others refer to it', async (t) => {
    const ready = await setup(t)
    if (ready === undefined) return
    const { hub, mo } = ready
    const page = await openConsole(t, hub, { token: mo.token, refused: /^409 .*\/domains\/[\w-]+$|^404 / })
    await page.goto('/domains')
    await button(page, 'Create domain').click()
    await page.waitForURL(/\/domains\?do=create$/)
    await page.getByLabel('Name').fill('Customers')
    await page.getByLabel('Changes of its schemas keep').selectOption('BACKWARD')
    assert.ok(await page.getByLabel('Public').isDisabled())
    await dialog(page).getByText('Only administrators of the hub make domains public').waitFor()
    await submit(page, 'Create')
    await heading(page, 'Customers').waitFor()
    const id = new URL(page.url()).pathname.split('/')[2] ?? ''

    await button(page, 'Change').click()
    await page.getByLabel('Name').fill('<b>Customers</b>')
    await page.getByLabel('Description').fill('Who buys')
    await submit(page, 'Save')
    await heading(page, '<b>Customers</b>').waitFor()
    const { data } = await mo.expect('GET', `${DOMAINS}/${id}`)
    assert.deepEqual(
      [data.name, data.description, data.compatibility, data.public],
      ['<b>Customers</b>', 'Who buys', 'BACKWARD', false],
    )

    const schema = await createSchema(mo, id, person)
    const other = await createDomain(mo, 'Orders')
    const order = { $id: 'order.json', properties: { by: { $ref: schema.location } } }
    const using = await createSchema(mo, other, order)
    await button(page, 'Delete').click()
    await page.getByLabel('to confirm').fill('<b>Customers</b>')
    await submit(page, 'Delete domain')
    await dialog(page)
      .getByRole('alert')
      .getByRole('listitem')
      .getByText(`Schema "order.json" of domain "${other}" refers to it`)
      .waitFor()
    await mo.expect('DELETE', `${DOMAINS}/${other}/schemas/${using.uri}`)
    await submit(page, 'Delete domain')
    await heading(page, 'Domains').waitFor()
    await page.getByLabel('Read by').selectOption('no')
    await page.getByText('1 domain', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'Orders' }).waitFor()
    await page.getByLabel('Find').fill('customers')
    await page.getByText('No domain fits').waitFor()
    assert.match(page.url(), /\?public=no&q=customers$/)
  })

  test('imports an archive whole or not at all, tells what leads nowhere, and shows a tree', async (t) => {
    const ready = await setup(t)
    if (ready === undefined) return
    const { hub, mo } = ready
    const id = await createDomain(mo, 'Models', { compatibility: 'BACKWARD' })
    const page = await openConsole(t, hub, { token: mo.token, refused: /^(400|409) .*\/import$/ })
    await page.goto(`/domains/${id}`)
    await page.getByText('No schema yet').waitFor()
    const bring = async (files: Record<string, object>) => {
      await page.getByLabel('Archive').setInputFiles(archiveOf(files))
      await submit(page, 'Import')
    }
    await button(page, 'Import').click()
    await bring({ 'people/person.json': person, 'parts/bad.json': { type: 'no such type' } })
    await dialog(page).getByRole('alert').getByText('archive/parts/bad.json#/type').first().waitFor()

    const good = {
      'people/person.json': { ...person, $id: undefined },
      'people/parts/name.json': { type: 'string', title: '<i>Name</i>' },
      'orders/2024/order.json': { properties: { by: { $ref: 'nowhere.json' } } },
      'orders/2024/ä 100% #1?.json': { title: 'Odd', $ref: '../../people/person.json' },
    }
    await bring(good)
    await dialog(page).getByText('4 schemas came in. 1 reference in 1 schema leads nowhere yet.').waitFor()
    const lines = region(page, 'References that lead nowhere')
    assert.match((await lines.textContent()) ?? '', /orders\/2024\/order\.json\/properties\/by: “.*nowhere\.json”/)
    assert.deepEqual(await accessibilityFaults(page), [])
    await submit(page, 'Done')
    await closed(page)
    await page.getByText('4 schemas', { exact: true }).waitFor()
    const tree = page.getByRole('list', { name: 'Schemas', exact: true })
    assert.deepEqual(await tree.locator('summary').allInnerTexts(), ['orders/2024/ 2', 'people/ 2', 'parts/ 1'])
    await tree.getByText('<i>Name</i>').waitFor()

    await tree.locator('summary').first().focus()
    const focused = () => page.evaluate('document.activeElement.textContent.trim()')
    await page.keyboard.press('Enter')
    await page.keyboard.press('ArrowDown')
    assert.equal(await focused(), 'people/ 2', 'what is closed is passed over')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await page.keyboard.press('End')
    assert.equal(await focused(), 'person.json')
    await tree.getByRole('link', { name: 'ä 100% #1?.json' }).click()
    await heading(page, 'Odd').waitFor()
    await page.reload()
    await region(page, 'References').getByRole('link', { name: 'people/person.json' }).click()
    await heading(page, 'Person').waitFor()
    await region(page, 'References').getByRole('link', { name: 'orders/2024/ä 100% #1?.json' }).waitFor()

    await page.goto(`/domains/${id}?do=import`)
    await bring({ 'people/person.json': { ...person, $id: undefined, required: ['name'] } })
    await report(page).getByText('The change would break 2 things').waitFor()
    await report(page).getByRole('link', { name: 'people/person.json' }).first().waitFor()
    assert.equal((await mo.expect('GET', `${DOMAINS}/${id}/schemas/people/person.json`)).data.version, 1)
  })

  test('lets people who may not change a domain look, check and validate, and no more', async (t) => {
    const ready = await setup(t)
    if (ready === undefined) return
    const { hub, mo, member } = ready
    const id = await createDomain(mo, 'Models', { compatibility: 'BACKWARD' })
    await createSchema(mo, id, person)
    const reader = await member()
    const page = await openConsole(t, hub, { token: reader.token, refused: /^(403|404) / })
    await page.goto('/domains')
    await button(page, 'Create domain').focus()
    await page.getByRole('tooltip').getByText(`You lack the permission "${CRUD}"`).waitFor()
    await page.getByRole('link', { name: 'Models' }).click()
    for (const name of ['Create schema', 'Import', 'Change', 'Delete']) {
      assert.equal(await button(page, name).getAttribute('aria-disabled'), 'true', name)
    }
    await page.getByRole('link', { name: 'person.json' }).click()
    assert.equal(await button(page, 'Delete').getAttribute('aria-disabled'), 'true')
    await page.getByRole('tab', { name: 'Draft a change' }).click()
    await writeJson(page, { ...person, required: ['name'] })
    await button(page, 'Check').click()
    await report(page).getByText('The change would break something').waitFor()
    assert.equal(await button(page, 'Save').getAttribute('aria-disabled'), 'true')

    const elsewhere = await createMember(hub, await createTenant(hub.admin), { role: 'TENANT_ADMIN' })
    const other = await openConsole(t, hub, { token: elsewhere.token, refused: /^404 / })
    await other.goto(`/domains/${id}`)
    await other.getByRole('alert').getByText('No domain').waitFor()
    const open = await createDomain(hub.admin, 'For all', { public: true })
    await other.goto(`/domains/${open}`)
    await button(other, 'Change').focus()
    await other.getByRole('tooltip').getByText('It belongs to another tenant').waitFor()
  })
})

describe('the console for schemas', () => {
  test('makes a schema, checks a draft, refuses what breaks and compares versions', async (t) => {
    const ready = await setup(t)
    if (ready === undefined) return
    const { hub, mo } = ready
    const id = await createDomain(mo, 'Models')
    const page = await openConsole(t, hub, { token: mo.token, refused: /^(400|404|409) .*\/schemas/ })
    await page.goto(`/domains/${id}?do=schema`)
    await page.getByLabel('JSON Schema').fill('{\n  "type": "object",\n  oops\n}')
    await submit(page, 'Create')
    await page.locator('.fault').getByText('line 3').waitFor()
    await writeJson(page, { ...person, properties: { name: { $ref: 'nowhere.json' } } })
    await submit(page, 'Create')
    await dialog(page).getByRole('alert').getByText('value/properties/name').waitFor()
    await writeJson(page, person)
    await page.getByLabel('Changes keep').selectOption('BACKWARD')
    await submit(page, 'Create')
    await heading(page, 'Person').waitFor()
    await region(page, 'Details').getByText('Backward: what was valid stays valid').waitFor()

    await page.getByRole('tab', { name: 'Draft a change' }).click()
    const text = await page.getByLabel('JSON Schema').inputValue()
    await page.getByLabel('JSON Schema').fill(text.replace('"type": "integer"', '"type": "boolean"'))
    await button(page, 'Check').click()
    await report(page).getByText('The change would break something').waitFor()
    const told = (await report(page).textContent()) ?? ''
    assert.match(told, /compared with version 1, at \/properties\/age/)
    await region(page, 'Valid before, and not any more').getByText('"age"').waitFor()
    assert.deepEqual(await accessibilityFaults(page), [])
    await button(page, 'Save').click()
    await page.locator('.fault').waitFor()
    await report(page).getByText('The change would break something').waitFor()
    await page.getByLabel('JSON Schema').fill(text.replace('"type": "integer"', '"type": "number"'))
    await page.getByRole('tab', { name: 'Validate' }).click()
    await page.getByRole('tab', { name: 'Draft a change' }).click()
    await button(page, 'Check').click()
    await report(page).getByText('The change breaks nothing').waitFor()
    await button(page, 'Save').click()

    await page.getByRole('tab', { name: 'Versions (2)' }).click()
    await page.waitForURL(/\/domains\/[\w-]+\/schemas\/people\/person\.json\?show=versions$/)
    const changes = region(page, 'Changes from version 1 to 2')
    await changes.waitFor()
    const [removed, added] = [changes.locator('del'), changes.locator('ins')]
    assert.deepEqual(
      [await removed.allTextContents(), await added.allTextContents()],
      [['-       "type": "integer"\n'], ['+       "type": "number"\n']],
    )
    await page.getByLabel('From', { exact: true }).selectOption('2')
    await page.getByLabel('To', { exact: true }).selectOption('1')
    await region(page, 'Changes from version 2 to 1').waitFor()
    assert.match(page.url(), /from=2&to=1$/)
    await page.getByText('Version 1 as a whole').click()
    await region(page, 'Version 1').getByText('"integer"').waitFor()
    assert.deepEqual(await accessibilityFaults(page), [])

    await button(page, 'Delete').click()
    await submit(page, 'Delete schema')
    await page.getByText('No schema yet').waitFor()
  })

  test('says what is wrong with a document, and where; and that a difference could not be decided', async (t) => {
    const ready = await setup(t)
    if (ready === undefined) return
    const { hub, mo } = ready
    const id = await createDomain(mo, 'Models', { compatibility: 'BACKWARD' })
    await createSchema(mo, id, { ...person, required: ['name'] })
    const page = await openConsole(t, hub, { token: mo.token })
    await page.goto(`/domains/${id}/schemas/people/person.json?show=validate`)
    await page.getByRole('textbox', { name: 'Document' }).fill('{"age": "<b>old</b>"}')
    await button(page, 'Validate').click()
    await page.getByText('Not valid: 2 faults').waitFor()
    const faults = page.locator('.differences')
    await faults.getByText('/age').first().waitFor()
    await faults.getByText("must have required property 'name'").waitFor()
    await page.getByRole('textbox', { name: 'Document' }).fill('{"name": "Ada"}')
    await button(page, 'Validate').click()
    await page.getByText('The document is valid').waitFor()
    await page.getByRole('textbox', { name: 'Document' }).fill('[1,')
    await button(page, 'Validate').click()
    await page.locator('.fault').getByText('Must be JSON').waitFor()

    const hard = { $id: 'hard.json', type: 'string', pattern: '^(\\w+) \\1$' }
    await createSchema(mo, id, hard)
    await page.goto(`/domains/${id}/schemas/hard.json?show=change`)
    await writeJson(page, { ...hard, pattern: `${hard.pattern}|^x$` })
    await button(page, 'Check').click()
    await report(page).getByText('It could not be decided whether the change breaks something').waitFor()
    await report(page).getByText('no document was found that shows it').waitFor()
  })

  test('is accessible, light and dark, fits a narrow screen, and has an address for every state', async (t) => {
    const ready = await setup(t)
    if (ready === undefined) return
    const { hub, mo } = ready
    const { admin } = hub
    const id = await createDomain(admin, `A long name ${'of a domain '.repeat(12)}`, {
      description: 'For all',
      public: true,
    })
    const deep = { $id: `${'folder/'.repeat(40)}person.json`, title: 'Deep' }
    const { location } = await createSchema(admin, id, deep)
    const schema = await createSchema(admin, id, { ...person, $defs: { deep: { $ref: location } } })
    await admin.expect('PUT', `${DOMAINS}/${id}/schemas/${schema.uri}`, { value: { ...person, title: 'Another' } })
    await createDomain(mo, 'Of a tenant')
    const page = await openConsole(t, hub, { token: admin.token, refused: /^404 / })
    const at = `/domains/${id}`
    for (const [path, text] of [
      ['/domains', 'Of a tenant'],
      ['/domains?public=yes&sort=-updatedAt', 'For all'],
      ['/domains?q=nothing', 'No domain fits'],
      ['/domains?page=9', 'There are not so many pages'],
      ['/domains?do=create', 'Public: every tenant reads it'],
      [at, '2 schemas'],
      [`${at}?q=deep`, '1 schema'],
      [`${at}?q=nothing`, 'No schema fits'],
      [`${at}?do=schema`, 'by which others refer to it'],
      [`${at}?do=import`, 'A zip or tgz'],
      [`${at}?do=change`, 'A schema may want something else'],
      [`${at}?do=delete`, 'all its schemas'],
      [`/domains/${crypto.randomUUID()}`, 'No domain found'],
      [`${at}/schemas/${deep.$id}`, 'Schemas that refer to it'],
      [`${at}/schemas/${schema.uri}`, 'Audit log of this schema'],
      [`${at}/schemas/${schema.uri}?show=change`, 'Check says what the change would break'],
      [`${at}/schemas/${schema.uri}?show=versions`, 'Version 2 as a whole'],
      [`${at}/schemas/${schema.uri}?show=versions&from=2&to=2`, '2 versions'],
      [`${at}/schemas/${schema.uri}?show=validate`, 'and not kept'],
      [`${at}/schemas/${schema.uri}?do=delete`, 'all 2 versions'],
      [`${at}/schemas/none.json`, 'No schema found'],
    ] as const) {
      await assertPleasant(page, path, text)
    }
  })
})
