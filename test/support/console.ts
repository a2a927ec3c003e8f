import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Builds the console if it is stale, as `npm start` does. */
export function buildConsole(): void {
  execFileSync(process.execPath, ['scripts/console.mjs'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
}

export interface ConsoleOptions extends BrowserContextOptions {
  /** Signs in without the form. */
  readonly token?: string
  /** Answers with an error status that are meant to come, as "401 /iam/session". */
  readonly refused?: RegExp
}

/** Runs in the page. */
const tellBrokenPolicy = `addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
  console.error('Policy broken: ' + violatedDirective + ' by ' + blockedURI)
})`

/**
 * Opens a window of its own, with cookies of its own. When the test ends it fails if the page reported an error, broke its content
 * security policy, or was refused something that it should not have asked for.
 */
export async function openConsole(
  t: TestContext,
  { browser, url }: { readonly browser: Browser; readonly url: string },
  { token, refused = /^401 \/iam\/api\/v1\/users\/me$/, ...options }: ConsoleOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1280, height: 800 }, ...options })
  if (token !== undefined) await context.addCookies([{ name: 'oih_session', value: token, url }])
  const faults: string[] = []
  context.on('weberror', (error) => faults.push(String(error.error().stack)))
  context.on('console', (message) => {
    // Chromium's own line about a refused request; those are judged below.
    const isRefusal = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !isRefusal) faults.push(message.text())
  })
  context.on('response', (response) => {
    const answer = `${response.status()} ${new URL(response.url()).pathname}`
    if (response.status() >= 400 && !refused.test(answer)) faults.push(answer)
  })
  await context.addInitScript({ content: tellBrokenPolicy })
  t.after(async () => {
    await context.close()
    assert.deepEqual(faults, [], 'the pages must report no errors')
  })
  return context.newPage()
}

/** What axe finds that is serious or critical, one line each; by all its rules or by these alone. */
export async function accessibilityFaults(page: Page, rules?: readonly string[]): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(
    (runOnly) => (globalThis as unknown as { axe: typeof axe }).axe.run(runOnly ? { runOnly } : {}),
    rules && [...rules],
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`))
}
