import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import { accessibilityFaults } from './console.ts'

// The parts that the console's pages have in common, as people find them.

export const heading = (page: Page, name: string): Locator => page.getByRole('heading', { level: 1, name, exact: true })
export const place = (page: Page, name: string): Locator =>
  page.getByRole('navigation').getByRole('link', { name, exact: true })
export const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true })
export const region = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true })
export const dialog = (page: Page): Locator => page.getByRole('dialog')
/** Presses the button of the dialog. */
export const submit = (page: Page, name: string): Promise<void> =>
  dialog(page).getByRole('button', { name, exact: true }).click()
/** Resolves once there is no dialog. */
export const closed = (page: Page): Promise<void> => dialog(page).waitFor({ state: 'detached' })

/** Opens a page and waits for a text of it: it must be accessible, light and dark, and fit a narrow screen. */
export async function assertPleasant(page: Page, path: string, text: string): Promise<void> {
  await page.goto(path)
  await page.locator('main').getByText(text).filter({ visible: true }).first().waitFor()
  assert.deepEqual(await accessibilityFaults(page), [], path)
  await page.emulateMedia({ colorScheme: 'dark' })
  assert.deepEqual(await accessibilityFaults(page, ['color-contrast']), [], `${path}, dark`)
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 400, height: 800 })
  const width: number = await page.evaluate('document.documentElement.scrollWidth')
  assert.ok(width <= 400, `${path} must not scroll sideways at 400 px: it is ${width} px wide`)
  await page.setViewportSize({ width: 1280, height: 800 })
}
