import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openBrowser } from '../support/browser.ts'
import { CALLBACK, CLIENTS, clientOf } from '../support/connecting.ts'
import { accessibilityFaults, buildConsole, openConsole } from '../support/console.ts'
import { account, startForeignProvider } from '../support/foreign-provider.ts'
import { assertPleasant, button, closed, dialog, heading, region, submit } from '../support/page-parts.ts'
import { startProviderStub, tokens } from '../support/provider-stub.ts'
import { createMember, createTenant, startTestHub } from '../support/test-hub.ts'

const SECRETS = '/secret-service/api/v1/secrets'

/** A hub with the console, a browser, and a tenant of it; undefined where no browser runs. */
async function setup(t: TestContext) {
  const browser = await openBrowser(t)
  if (browser === undefined) return undefined
  buildConsole()
  const hub = { ...(await startTestHub(t)), browser }
  const tenant = await createTenant(hub.admin)
  const member = (...permissions: string[]) => createMember(hub, tenant, { permissions })
  const anna = await member('secrets.secret.readRaw', 'secrets.authClient.readRaw', 'logs.read', 'events.read')
  return { hub, tenant, member, anna }
}

const reading = (page: Page) => region(page, 'Who read it, and when').getByText('1 reading')

describe('the console for providers', () => {
  test('adds a provider, connects an account there, and shows the token on record', async (t) => {
    const ready = await setup(t)
    if (ready === undefined) return
    const { hub, anna } = ready
    const foreign = await startForeignProvider(t, `${hub.url}${CALLBACK}`, { asks: true })
    const page = await openConsole(t, hub, { token: anna.token, refused: /^(400 .*\/auth-clients|409 .*\/callback)$/ })
    await page.goto('/providers')
    await page.getByRole('link', { name: 'Add the first one' }).click()
    await page.waitForURL(/\/providers\?do=create$/)
    await dialog(page).getByText(`${hub.url}${CALLBACK}`).waitFor()
    assert.equal(await page.evaluate('document.activeElement.name'), 'template', 'the keyboard is in the first field')
    await page.getByRole('link', { name: 'Google describes it' }).waitFor()
    await page.getByLabel('Provider', { exact: true }).selectOption('OA2_AUTHORIZATION_CODE')
    await page.getByLabel('Name').fill('Foreign')
    await page.getByLabel('Client id').fill('hub')
    await page.getByLabel('Client secret', { exact: true }).fill("hub's secret")
    await page.getByLabel('Scope').fill('openid offline_access')
    await page.getByLabel('Authorization address').fill('http://provider.example/auth')
    await page.getByLabel('Token address').fill(`${foreign.url}/token`)
    await page.getByLabel('Issuer').fill(foreign.url)
    await page.getByLabel('Accounts are told apart by').selectOption('oidc')
    await submit(page, 'Add')
    await page.locator('.fault').getByText('begin with "https://"').waitFor()
    assert.equal(await page.locator('[aria-invalid="true"]').getAttribute('name'), 'endpoints.auth')
    await page.getByLabel('Authorization address').fill(`${foreign.url}/auth?scope={{scope}}&prompt=login`)
    await submit(page, 'Add')

    await heading(page, 'Foreign').waitFor()
    await region(page, 'Redirect address').getByText(`${hub.url}${CALLBACK}`).waitFor()
    const terms = region(page, 'At the provider')
    await terms.getByText('***cret').waitFor()
    assert.equal(await page.getByText("hub's secret").count(), 0, 'masked even for those who may see it')
    await button(page, 'Connect').click()
    await page.waitForURL(/\?do=connect$/)
    await page.getByLabel('Name of the secret').fill('Mail of Anna')
    await page.getByLabel('Further scope').fill('email')
    await submit(page, 'Go to the provider')

    await heading(page, `May the hub act for ${account.sub}?`).waitFor()
    assert.deepEqual(new URL(page.url()).origin, foreign.url)
    await button(page, 'Deny').click()
    await heading(page, 'The state of the thing does not allow this').waitFor()
    await page.getByRole('alert').getByText('The provider refused with "access_denied"; begin anew').waitFor()
    assert.deepEqual(await accessibilityFaults(page), [])
    await page.getByRole('link', { name: 'Go to the hub' }).click()
    await page.waitForURL(`${hub.url}/live`)

    await page.goto('/providers')
    await page.getByRole('link', { name: 'Foreign' }).click()
    await button(page, 'Connect').click()
    await page.getByLabel('Name of the secret').fill('Mail of Anna')
    await page.getByLabel('Further scope').fill('email')
    await submit(page, 'Go to the provider')
    await button(page, 'Allow').click()
    await heading(page, 'Mail of Anna').waitFor()
    assert.match(new URL(page.url()).pathname, /^\/secrets\/[\w-]{36}$/)
    assert.equal(new URL(page.url()).search, '')
    const value = region(page, 'Value')
    await value.getByText(account.sub, { exact: true }).waitFor()
    await region(page, 'Details').getByText('renewed by the hub').waitFor()
    const { data } = await anna.expect('GET', SECRETS)
    const { value: clear } = (await anna.expect('GET', `${SECRETS}/${data[0].id}`)).data
    assert.equal(await page.getByText(clear.accessToken).count(), 0)
    await button(page, 'Show').click()
    await value.getByText(clear.accessToken).waitFor()
    await region(page, 'Who read it, and when').getByText('2 readings').waitFor()
    assert.match(clear.scope, /email/)
    await region(page, 'Details').getByRole('link', { name: 'Foreign' }).click()
    await region(page, 'Your secrets from it').getByRole('link', { name: 'Mail of Anna' }).waitFor()
  })

  test('connects a secret anew whose renewal was refused', async (t) => {
    const ready = await setup(t)
    if (ready === undefined) return
    const { hub, anna } = ready
    const provider = await startProviderStub(t)
    let expires = 0
    provider.answer = (call, response) => {
      const { pathname, searchParams } = new URL(call.path, provider.url)
      if (pathname === '/me') return { sub: 'anna' }
      if (pathname === '/token' && call.form.get('grant_type') === 'authorization_code')
        return tokens(call, { expires_in: expires })
      if (pathname === '/token') return response.writeHead(400).end('{"error":"invalid_grant"}')
      const back = new URL(searchParams.get('redirect_uri') ?? '')
      back.search = String(new URLSearchParams({ state: searchParams.get('state') ?? '', code: 'the-code' }))
      return response.writeHead(302, { location: back.href }).end()
    }
    const client = clientOf(provider)
    const endpoints = { ...client.endpoints, userinfo: `${provider.url}/me` }
    const body = { ...client, name: 'Stub', endpoints, preprocessor: 'userinfo' }
    const { data: made } = await anna.expect('POST', CLIENTS, body)
    const page = await openConsole(t, hub, { token: anna.token, refused: /^409 / })
    await page.goto(`/providers/${made.id}?do=connect`)
    await page.getByLabel('Name of the secret').fill('CRM')
    await submit(page, 'Go to the provider')
    await heading(page, 'CRM').waitFor()
    const address = page.url()

    await button(page, 'Show').click()
    await region(page, 'Value').getByRole('alert').waitFor()
    await page.reload()
    const notice = page.locator('.notice').filter({ hasText: 'It could not be renewed' })
    await notice.getByText('The provider refused with "invalid_grant"').waitFor()
    await notice.getByText('connect it anew').waitFor()
    assert.deepEqual(await accessibilityFaults(page), [])
    expires = 3_600
    await button(page, 'Connect anew').click()
    await dialog(page).getByText('known there as anna').waitFor()
    const back = page.waitForRequest(/\/secrets\?secretId=/)
    await submit(page, 'Go to the provider')
    await back
    await page.waitForURL(address)
    await notice.waitFor({ state: 'detached' })
    await button(page, 'Show').click()
    await reading(page).waitFor()
  })

  test('gives secrets to providers where the hub signs in by itself', async (t) => {
    const ready = await setup(t)
    if (ready === undefined) return
    const { hub, anna } = ready
    const provider = await startProviderStub(t)
    provider.answer = (call) => (call.path === '/token' ? tokens(call) : { data: { token: `session-${call.number}` } })
    const page = await openConsole(t, hub, { token: anna.token })
    await page.goto('/providers?do=create')
    await page.getByLabel('Provider', { exact: true }).selectOption('SESSION_AUTH')
    await page.getByLabel('Name').fill('Old ERP')
    await page.getByLabel('Fields that a secret fills in').fill('user User name\npassword Password\nclient?')
    await page.getByLabel('Sign-in address').fill(`${provider.url}/sign-in`)
    await page
      .getByLabel('What is sent', { exact: true })
      .fill('user: {{fields.user}}\npw: {{fields.password}}\napp: 7-7')
    await page.getByLabel('Token', { exact: true }).fill('data.token')
    await submit(page, 'Add')
    await region(page, 'At the provider').getByText('app: ***').waitFor()
    await button(page, 'Create secret').click()
    await page.getByLabel('User name').fill('robot')
    await page.getByLabel('Password').fill('a pass phrase')
    await page.getByLabel('Name', { exact: true }).fill('ERP session')
    await submit(page, 'Create')
    await heading(page, 'ERP session').waitFor()
    await button(page, 'Show').click()
    await region(page, 'Value').getByText('session-1').waitFor()
    assert.deepEqual(JSON.parse(provider.calls[0]?.text ?? ''), { user: 'robot', pw: 'a pass phrase', app: '7-7' })
    await button(page, 'Replace value').click()
    await page.getByLabel('User name').fill('another')
    await page.getByLabel('Password').fill('the next one')
    await submit(page, 'Replace value')
    await closed(page)
    await button(page, 'Show').click()
    await region(page, 'Value').getByText('session-2').waitFor()
    assert.equal(JSON.parse(provider.calls[1]?.text ?? '').user, 'another')

    const service = { clientId: 'an id', clientSecret: 'a secret', endpoints: { token: `${provider.url}/token` } }
    await anna.expect('POST', CLIENTS, { name: 'A service', type: 'OA2_CLIENT_CREDENTIALS', ...service })
    await page.goto('/secrets?do=create')
    await dialog(page).getByLabel('Type').selectOption('OA2_CLIENT_CREDENTIALS')
    await page.getByLabel('Name', { exact: true }).fill('Service token')
    await page.getByLabel('Further scope').fill('read write')
    await submit(page, 'Create')
    await heading(page, 'Service token').waitFor()
    await button(page, 'Show').click()
    await region(page, 'Value').getByText('access-token-3').waitFor()
    assert.equal(provider.calls[2]?.form.get('scope'), 'read write')
  })

  test('changes a provider without its credentials, shares it, and lets go of it', async (t) => {
    const ready = await setup(t)
    if (ready === undefined) return
    const { hub, anna, member } = ready
    const ben = await member()
    const client = clientOf({ url: 'https://provider.example' }, { name: 'CRM', issuer: 'https://provider.example' })
    const { data: made } = await anna.expect('POST', CLIENTS, client)
    const page = await openConsole(t, hub, { token: anna.token })
    await page.goto(`/providers/${made.id}`)
    await button(page, 'Change').click()
    await page.getByLabel('Name').fill('CRM, new')
    await page.getByLabel('Scope').fill('read')
    await page.getByLabel('Issuer').fill('')
    await submit(page, 'Save')
    await heading(page, 'CRM, new').waitFor()
    const { data } = await anna.expect('GET', `${CLIENTS}/${made.id}`)
    assert.deepEqual(
      [data.clientId, data.clientSecret, data.predefinedScope, data.issuer, data.endpoints],
      [client.clientId, client.clientSecret, 'read', undefined, client.endpoints],
    )
    await button(page, 'Share with the tenant').click()
    await submit(page, 'Share')
    await region(page, 'Details').getByText('you and the tenant').waitFor()

    const other = await openConsole(t, hub, { token: ben.token })
    await other.goto('/providers')
    await other.getByRole('link', { name: 'CRM, new' }).click()
    await button(other, 'Change').focus()
    await other.getByRole('tooltip').getByText('Only who owns it in person may').waitFor()
    await button(other, 'Connect').click()
    await other.getByLabel('Name of the secret').waitFor()

    await button(page, 'Let go').click()
    await dialog(page).getByText('It stays with its other owner').waitFor()
    await page.keyboard.press('Escape')
    await closed(page)
    const owner = `${CLIENTS}/${made.id}/owners?id=${data.tenant}&type=TENANT`
    await anna.expect('DELETE', owner)
    await page.reload()
    await button(page, 'Delete').click()
    await dialog(page).getByText('are renewed no more').waitFor()
    await submit(page, 'Delete provider')
    await page.getByText('No provider yet').waitFor()
    assert.equal((await anna.call('GET', `${CLIENTS}/${made.id}`)).status, 404)
  })

  test('is accessible, light and dark, fits a narrow screen, and has an address for every state', async (t) => {
    const ready = await setup(t)
    if (ready === undefined) return
    const { hub, anna, tenant } = ready
    const provider = { url: `https://${'a-long-name.'.repeat(12)}example` }
    const { data: made } = await anna.expect('POST', CLIENTS, clientOf(provider, { name: 'CRM' }))
    const owners = [{ id: tenant, type: 'TENANT' }]
    const requestFields = [{ key: 'user', value: '{{fields.user}}' }]
    const { data: session } = await anna.expect('POST', CLIENTS, {
      ...{ name: `A long name ${'of a provider '.repeat(10)}`, type: 'SESSION_AUTH', owners, tokenPath: 'token' },
      ...{
        fields: [{ key: 'user', label: 'User' }],
        endpoints: { auth: { ...provider, authType: 'BODY_AUTH', requestFields } },
      },
    })
    const page = await openConsole(t, hub, { token: anna.token, refused: /^404 / })
    for (const [path, text] of [
      ['/providers', '2 providers'],
      ['/providers?page=9', 'There are not so many pages'],
      ['/providers?do=create', 'Google describes it'],
      [`/providers/${made.id}`, 'None yet'],
      [`/providers/${made.id}?do=connect`, 'Name of the secret'],
      [`/providers/${made.id}?do=change`, 'Accounts are told apart by'],
      [`/providers/${made.id}?do=share`, 'You do not see it'],
      [`/providers/${made.id}?do=delete`, 'are renewed no more'],
      [`/providers/${session.id}?do=change`, 'Describe the request that signs in anew'],
      [`/secrets?do=create&provider=${session.id}`, 'Where the hub gets the token'],
      [`/providers/${crypto.randomUUID()}`, 'No auth client found'],
    ] as const) {
      await assertPleasant(page, path, text)
    }
  })
})
