import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openBrowser } from '../support/browser.ts'
import { accessibilityFaults, buildConsole, openConsole } from '../support/console.ts'
import { callHub, logIn } from '../support/hub-client.ts'
import { type Api, registerApplication, signIn as signInTo } from '../support/openid.ts'
import { assertPleasant, button, dialog, heading, place, submit } from '../support/page-parts.ts'
import { createMember, createTenant, startTestHub } from '../support/test-hub.ts'

/** A hub with the console, and a browser; undefined where no browser runs. */
async function setup(t: TestContext) {
  const browser = await openBrowser(t)
  if (browser === undefined) return undefined
  buildConsole()
  return { ...(await startTestHub(t)), browser }
}

type Hub = NonNullable<Awaited<ReturnType<typeof setup>>>

const password = 'seven quiet geese 42'

async function signIn(page: Page, username: string) {
  await page.getByLabel('User name').fill(username)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Whether the hub takes a token. */
const statusOf = async ({ url }: Hub, token: string, path = '/flow-repository/flows') =>
  (await callHub(url, 'GET', path, { headers: { authorization: `Bearer ${token}` } })).status

/** The hub's API for who has a token. */
const api = ({ url }: Hub): Api => ({
  url,
  call: (method, path, { token, body }) =>
    callHub(url, method, path, { body, headers: { authorization: `Bearer ${token}` } }),
})

/** Creates a user in a tenant; resolves to its id. */
async function createUser({ admin }: Hub, tenant: string, username: string): Promise<string> {
  return (await admin.expect('POST', '/iam/api/v1/users', { username, password, tenant })).id
}

describe('the console for whoever looks after access', () => {
  test('makes a tenant and a user in it, who sees no more than the role gives', async (t) => {
    const hub = await setup(t)
    if (hub === undefined) return
    const page = await openConsole(t, hub, { token: hub.admin.token, refused: /^400 \/iam\/api\/v1\/users$/ })
    await page.goto('/tenants')
    await button(page, 'New tenant').click()
    await page.waitForURL(/\/tenants\?do=create$/)
    await page.getByLabel('Name').fill('Acme')
    await submit(page, 'Create')
    await heading(page, 'Acme').waitFor()
    await page.getByRole('link', { name: 'Create its first user' }).click()

    await page.getByLabel('User name').fill('anna@acme.example')
    await page.getByLabel('Password').fill('password1')
    await submit(page, 'Create')
    const field = page.getByLabel('Password')
    await page.locator('.fault').waitFor()
    assert.equal(await field.getAttribute('aria-invalid'), 'true')
    assert.match((await field.getAttribute('aria-describedby')) ?? '', /-fault/)
    assert.equal(await field.evaluate('document.activeElement.name'), 'password', 'one can mend it at once')
    await field.fill(password)
    await submit(page, 'Create')
    await heading(page, 'anna@acme.example').waitFor()
    await page.getByRole('region', { name: 'Memberships' }).getByRole('link', { name: 'USER' }).waitFor()

    const anna = await openConsole(t, hub)
    await anna.goto('/')
    await signIn(anna, 'anna@acme.example')
    await place(anna, 'Tenant').waitFor()
    const seen = await anna.getByRole('navigation', { name: 'Pages' }).getByRole('link').allTextContents()
    const common = ['Live', 'Catalogue', 'Flows', 'Runs', 'Secrets', 'Providers', 'Domains', 'Audit']
    assert.deepEqual(seen, [...common, 'Tenant', 'Roles', 'Tokens', 'Account'])
    await place(anna, 'Tenant').click()
    await heading(anna, 'Acme').waitFor()
    await button(anna, 'Delete').focus()
    await anna.getByRole('tooltip').getByText('You lack the permission "iam.tenant.delete"').waitFor()
  })

  test('says why somebody may do something, and why not', async (t) => {
    const hub = await setup(t)
    if (hub === undefined) return
    const tenant = await createTenant(hub.admin)
    const id = await createUser(hub, tenant, 'ben')
    const page = await openConsole(t, hub, { token: hub.admin.token })
    await page.goto(`/users/${id}`)
    await page.getByLabel('Permission').fill('flows.read')
    await page.waitForURL(/\?permission=flows.read$/)
    const answer = page.locator('.answer')
    await answer.getByText('Yes. ben may see the flows of the tenant (flows.read).').waitFor()
    assert.match((await answer.textContent()) ?? '', /through role USER in tenant tenant /)

    await page.goto(`/users/${id}?permission=tenant.roles.create`)
    await answer.getByText('No. ben may not create roles of the tenant (tenant.roles.create).').waitFor()
    await answer.getByRole('link', { name: 'TENANT_ADMIN' }).waitFor()
    await button(page, 'Change roles').click()
    await page.getByRole('checkbox', { name: 'TENANT_ADMIN' }).check()
    await submit(page, 'Save')
    await answer.getByText('Yes.').waitFor()
    assert.match((await answer.textContent()) ?? '', /through role TENANT_ADMIN .* which gives tenant\.all/)

    await button(page, 'Disable').click()
    await page.getByText('Nothing of it is in force at the moment: The user is DISABLED.').waitFor()
    await button(page, 'Enable').click()
    await page.locator('.page-head').getByText('ACTIVE').waitFor()
  })

  test('takes a user of one tenant into another, and says what it may do there', async (t) => {
    const hub = await setup(t)
    if (hub === undefined) return
    const [first, second] = [await createTenant(hub.admin), await createTenant(hub.admin)]
    const id = await createUser(hub, first, 'gina')
    const page = await openConsole(t, hub, { token: hub.admin.token })
    await page.goto(`/tenants/${second}`)
    await button(page, 'Take in a user').click()
    await page.getByLabel('User name').fill('nobody')
    await submit(page, 'Take in')
    await page.locator('.fault').getByText('Must be the name of a user that exists').waitFor()
    await page.getByLabel('User name').fill('gina')
    await page.getByRole('checkbox', { name: 'TENANT_ADMIN' }).check()
    await submit(page, 'Take in')
    await page.getByRole('row', { name: 'gina' }).getByText('TENANT_ADMIN').waitFor()

    await page.getByRole('link', { name: 'gina' }).click()
    const membership = page.locator('tr[aria-current]')
    await membership.getByRole('link', { name: 'TENANT_ADMIN' }).waitFor()
    await page.getByLabel('Permission').fill('tenant.roles.create')
    await page.locator('.answer').getByText('Yes.').waitFor()
    await page.getByLabel('As a member of').selectOption(first)
    await page.locator('.answer').getByText('No.').waitFor()
    await page.getByLabel('As a member of').selectOption(second)
    await membership.getByRole('button', { name: 'Change roles' }).click()
    await page.getByRole('checkbox', { name: 'TENANT_ADMIN' }).uncheck()
    await page.getByRole('checkbox', { name: 'USER' }).check()
    await submit(page, 'Save')
    await membership.getByRole('link', { name: 'USER' }).waitFor()
    const of = (tenant: string) => hub.admin.expect('GET', `/iam/api/v1/tenants/${tenant}/users`)
    const roles = [...(await of(first)), ...(await of(second))].map((user) => [user.id, user.roles[0].name])
    assert.deepEqual(roles, [
      [id, 'USER'],
      [id, 'USER'],
    ])

    await page.goto(`/tenants/${second}`)
    await page.getByRole('row', { name: 'gina' }).getByRole('button', { name: 'Remove' }).click()
    await submit(page, 'Remove')
    await page.getByText('Nobody belongs to it yet').waitFor()
    assert.equal((await hub.admin.call('GET', `/iam/api/v1/users/${id}`)).status, 200, 'it belongs to the other')
  })

  test('makes, changes and deletes a role, and deletes a user', async (t) => {
    const hub = await setup(t)
    if (hub === undefined) return
    const tenant = await createTenant(hub.admin)
    const { token } = await createMember(hub, tenant, { role: 'TENANT_ADMIN' })
    const own = await openConsole(t, hub, { token })
    await own.goto('/roles')
    await own.getByRole('link', { name: 'TENANT_ADMIN' }).click()
    await button(own, 'Change').focus()
    await own.getByRole('tooltip').getByText('It is a role of the hub').waitFor()
    await place(own, 'Roles').click()
    await button(own, 'New role').click()
    await own.getByLabel('Name').fill('Operator')
    await own.getByLabel('Find in gives').fill('start')
    await own.getByRole('checkbox', { name: 'flows.control' }).check()
    await submit(own, 'Create')
    await heading(own, 'Operator').waitFor()
    await own.getByText('Start and stop flows of the tenant').waitFor()
    await button(own, 'Change').click()
    await own.getByRole('checkbox', { name: 'flows.read' }).check()
    await submit(own, 'Save')
    await own.getByText('See the flows of the tenant').waitFor()
    await button(own, 'Delete').click()
    await dialog(own).getByText('taken from all who have it: 0 users').waitFor()
    await submit(own, 'Delete role')
    await heading(own, 'Roles').waitFor()
    await own.getByText('3 roles').waitFor()

    const id = await createUser(hub, tenant, 'cleo')
    const page = await openConsole(t, hub, { token: hub.admin.token })
    await page.goto('/users?q=cle')
    await page.getByRole('link', { name: 'cleo' }).click()
    await button(page, 'Delete').click()
    await dialog(page).getByText('Delete cleo?').waitFor()
    await page.keyboard.press('Escape')
    await dialog(page).waitFor({ state: 'detached' })
    assert.equal(new URL(page.url()).search, '')
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Delete', 'the keyboard is where it was')
    await button(page, 'Delete').click()
    await submit(page, 'Delete user')
    await heading(page, 'Users').waitFor()
    assert.equal((await hub.admin.call('GET', `/iam/api/v1/users/${id}`)).status, 404)
  })

  test('makes a token, rotates and revokes it, and ends another login', async (t) => {
    const hub = await setup(t)
    if (hub === undefined) return
    await createUser(hub, await createTenant(hub.admin), 'dora')
    const other = await logIn(hub.url, { username: 'dora', password })
    const page = await openConsole(t, hub)
    await page.goto('/tokens?do=create')
    await signIn(page, 'dora')
    await page.getByLabel('What it is for').fill('nightly import')
    await page.getByRole('checkbox', { name: 'flows.read' }).check()
    await submit(page, 'Make token')
    const first = await shownValue(page)
    assert.equal(await statusOf(hub, first), 200)
    assert.equal(await statusOf(hub, first, '/component-orchestrator/executions'), 403, 'no more than was ticked')
    assert.deepEqual(await accessibilityFaults(page), [])
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await button(page, 'I have kept it').click()

    const row = page.getByRole('row', { name: 'nightly import' })
    await row.getByText('flows.read').waitFor()
    await row.getByRole('button', { name: 'Rotate' }).click()
    await submit(page, 'Rotate')
    const second = await shownValue(page)
    assert.notEqual(second, first)
    assert.deepEqual([await statusOf(hub, first), await statusOf(hub, second)], [200, 200], 'both, for a while')
    await button(page, 'I have kept it').click()
    await row.getByText('2 values').waitFor()
    await row.getByRole('button', { name: 'Revoke' }).click()
    await submit(page, 'Revoke token')
    await row.waitFor({ state: 'detached' })
    assert.deepEqual([await statusOf(hub, first), await statusOf(hub, second)], [401, 401])

    assert.equal(await statusOf(hub, other.token), 200)
    const logins = page.getByRole('row', { name: 'Login' })
    assert.equal(await logins.count(), 2)
    await logins.filter({ hasText: 'this one' }).getByRole('button', { name: 'End' }).focus()
    await page.getByRole('tooltip').getByText('This is your present login').waitFor()
    await logins.filter({ hasNotText: 'this one' }).getByRole('button', { name: 'End' }).click()
    await submit(page, 'End login')
    await page.getByText('1 token or login').waitFor()
    assert.equal(await statusOf(hub, other.token), 401)
  })

  test('changes the own password and switches the tenant', async (t) => {
    const hub = await setup(t)
    if (hub === undefined) return
    const [first, second] = [await createTenant(hub.admin), await createTenant(hub.admin)]
    const id = await createUser(hub, first, 'emil')
    await hub.admin.expect('PUT', `/iam/api/v1/tenants/${second}/users/${id}`, {})
    const made = await (await logIn(hub.url, { username: 'emil', password })).expect('POST', '/iam/api/v1/tokens', {})
    const page = await openConsole(t, hub, { refused: /^(401 .*\/users\/me|403 .*\/users\/me\/password)$/ })
    await page.goto('/account')
    await signIn(page, 'emil')
    await page.getByLabel('Present password').fill('not the present one')
    await page.getByLabel('New password').fill('another quiet goose 43')
    await button(page, 'Change password').click()
    await page.getByText('Must be the present password').waitFor()
    await page.getByLabel('Present password').fill(password)
    await page.getByLabel('End the tokens').check()
    assert.equal(await statusOf(hub, made.token), 200)
    await button(page, 'Change password').click()
    await page.getByText('It is changed.').waitFor()
    assert.equal(await statusOf(hub, made.token), 401)
    assert.equal((await callHub(hub.url, 'POST', '/iam/login', { body: { username: 'emil', password } })).status, 401)

    const rows = page.getByRole('region', { name: 'Tenants' }).getByRole('row')
    await rows.filter({ hasNotText: 'you act in it' }).getByRole('button', { name: 'Switch' }).click()
    await rows.filter({ hasText: 'you act in it' }).filter({ hasNotText: 'this one' }).waitFor()
    await page.getByLabel('Permission').fill('flows.write')
    await page.locator('.answer').getByText('No. You may not create, change and delete flows').waitFor()
  })

  test('shows what an application was granted, and takes it back', async (t) => {
    const hub = await setup(t)
    if (hub === undefined) return
    await createUser(hub, await createTenant(hub.admin), 'gina')
    const app = await registerApplication(api(hub), hub.admin.token)
    await signInTo(hub, app, { username: 'gina', password })
    const own = await openConsole(t, hub)
    await own.goto('/account')
    await signIn(own, 'gina')
    const granted = own.getByRole('region', { name: 'Applications' }).getByRole('row', { name: 'The <b>web' })
    await granted.getByText('who you are, your names').waitFor()
    await granted.getByRole('button', { name: 'Take back' }).click()
    await submit(own, 'Take back')
    await own.getByText('None: applications').waitFor()
  })

  test('gives a tenant a key, takes it out as a file and brings it in again', async (t) => {
    const hub = await setup(t)
    if (hub === undefined) return
    const tenant = (await hub.admin.expect('POST', '/iam/api/v1/tenants', { name: 'Travelling-(1)' })).id
    await createUser(hub, tenant, 'finn')
    const page = await openConsole(t, hub, { token: hub.admin.token, refused: /^409 \/iam\/api\/v1\/tenants\/import$/ })
    await page.goto(`/tenants/${tenant}?do=key`)
    await dialog(page).getByText('There is none yet').waitFor()
    await page.getByLabel('Another key').fill('a key to travel by')
    await submit(page, 'Set key')
    await button(page, 'Key').click()
    await page.locator('.secret').getByText('a key to travel by').waitFor()
    await submit(page, 'Delete key')
    await dialog(page).getByText('The hub forgets it for good').waitFor()
    await submit(page, 'Delete key')
    await dialog(page).waitFor({ state: 'detached' })
    assert.deepEqual(await hub.admin.expect('GET', `/iam/api/v1/tenants/${tenant}/key`), { key: null })
    await button(page, 'Export').click()
    const [download] = await Promise.all([page.waitForEvent('download'), submit(page, 'Download')])
    assert.equal(download.suggestedFilename(), `tenant-${tenant}.json`)
    const file = { name: 'tenant.json', mimeType: 'application/json', buffer: await readFile(await download.path()) }

    await page.goto('/tenants?do=import')
    await page.getByLabel('File').setInputFiles({ ...file, buffer: Buffer.from('no JSON') })
    await submit(page, 'Look into it')
    await page.getByText('Must be a JSON document').waitFor()
    await page.getByLabel('File').setInputFiles(file)
    await submit(page, 'Look into it')
    await page.getByRole('alert').waitFor()
    await page.goto(`/tenants/${tenant}?do=delete`)
    await dialog(page).getByText('its one member').waitFor()
    await page.getByLabel('to confirm').fill('Travelling-(1)')
    await submit(page, 'Delete tenant')
    await heading(page, 'Tenants').waitFor()

    await page.goto('/tenants?do=import')
    await page.getByLabel('File').setInputFiles(file)
    await submit(page, 'Look into it')
    await page.getByText('comes with 0 roles and 1 user').waitFor()
    assert.equal((await hub.admin.call('GET', `/iam/api/v1/tenants/${tenant}`)).status, 404, 'it has only looked')
    await submit(page, 'Import')
    await heading(page, 'Travelling-(1)').waitFor()
    await page.getByRole('link', { name: 'finn' }).waitFor()
    await logIn(hub.url, { username: 'finn', password })
  })

  test('registers an application and gives it another secret', async (t) => {
    const hub = await setup(t)
    if (hub === undefined) return
    const page = await openConsole(t, hub, { token: hub.admin.token, refused: /^400 \/iam\/api\/v1\/clients$/ })
    await page.goto('/clients')
    await page.getByRole('link', { name: 'Register the first one' }).click()
    await page.getByLabel('Name').fill('Dashboard')
    await page.getByLabel('Redirect addresses').fill('http://dashboard.example/')
    await submit(page, 'Register')
    await page.locator('.fault').getByText('Must be https').waitFor()
    await page.getByLabel('Redirect addresses').fill('https://dashboard.example/\nhttps://dashboard.example/other')
    await submit(page, 'Register')
    const first = await shownValue(page)
    await button(page, 'I have kept it').click()
    await heading(page, 'Dashboard').waitFor()
    await page.getByText('https://dashboard.example/other').waitFor()
    await button(page, 'Another secret').click()
    await submit(page, 'Make another secret')
    assert.notEqual(await shownValue(page), first)
    await button(page, 'I have kept it').click()
    await button(page, 'Delete').click()
    await submit(page, 'Delete application')
    await page.getByText('No application yet').waitFor()
  })
})

/** The secret that is shown once. */
async function shownValue(page: Page): Promise<string> {
  return (await page.locator('.secret code').textContent()) ?? ''
}

describe('every page about access', () => {
  test('is accessible, light and dark, and fits a narrow screen', async (t) => {
    const hub = await setup(t)
    if (hub === undefined) return
    const paths = await fill(hub)
    const page = await openConsole(t, hub, { token: hub.admin.token, refused: /^404 / })
    for (const [path, text] of paths) {
      await assertPleasant(page, path, text)
    }
  })
})

/** Gives the hub something to show; resolves to addresses, and a text that each page has once it is complete. */
async function fill(hub: Hub): Promise<[string, string][]> {
  const { admin } = hub
  const tenant = await createTenant(admin)
  const user = await createUser(hub, tenant, 'anna')
  const role = { name: 'Operator', description: 'Runs flows', permissions: ['flows.control'], tenant }
  const { id: roleId } = await admin.expect('POST', '/iam/api/v1/roles', role)
  const client = { name: 'Dashboard', type: 'web', redirectUris: ['https://dashboard.example/'] }
  const { id: clientId } = await admin.expect('POST', '/iam/api/v1/clients', client)
  await admin.expect('POST', '/iam/api/v1/tokens', { inquirer: 'nightly import', scope: ['flows.read'] })
  return [
    ['/users', 'anna'],
    ['/users?q=nobody', 'No user fits'],
    ['/users?page=9', 'There are not so many pages'],
    ['/users?do=create', 'None ticked'],
    [`/users/${user}`, 'See the flows of the tenant'],
    [`/users/${user}?permission=flows.read`, 'through role'],
    [`/users/${user}?permission=tenant.roles.create`, 'Roles that would'],
    [`/users/${user}?do=rights`, 'Operator'],
    [`/users/${user}?do=delete`, 'Delete anna?'],
    [`/users/${crypto.randomUUID()}`, 'No user found'],
    ['/tenants', 'tenant '],
    ['/tenants?do=import', 'Look into it'],
    [`/tenants/${tenant}`, 'anna'],
    [`/tenants/${tenant}?q=nobody`, 'No member fits'],
    [`/tenants/${tenant}?do=key`, 'There is none yet'],
    [`/tenants/${tenant}?do=delete`, 'its one member'],
    ['/roles', 'Operator'],
    ['/roles?do=create', 'flows.read'],
    [`/roles/${roleId}`, 'Start and stop flows'],
    ['/tokens', 'nightly import'],
    ['/tokens?of=all', 'nightly import'],
    ['/tokens?do=create', 'flows.read'],
    ['/account', 'you act in it'],
    ['/clients', 'Dashboard'],
    [`/clients/${clientId}`, 'Discovery document'],
    [`/clients/${clientId}?do=change`, 'One a line'],
  ]
}
