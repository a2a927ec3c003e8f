import { existsSync } from 'node:fs'
import type { TestContext } from 'node:test'
import chromiumPackage from '@sparticuz/chromium'
import { type Browser, chromium, type LaunchOptions } from 'playwright-core'

/** Where systems keep a Chromium, should that of npm not run here. */
const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** Starts a Chromium without a window: that of npm, else one of the system. Rejects when there is none that runs. */
export async function launchBrowser(): Promise<Browser> {
  // Chromium refuses its own sandbox to root. Nothing else is switched off: the pages meet the browser that people have.
  const options: LaunchOptions = { args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] }
  const faults: string[] = []
  const launch = async (executablePath: string) => {
    try {
      return await chromium.launch({ ...options, executablePath })
    } catch (error) {
      faults.push(`${executablePath}: ${String(error).split('\n')[0]}`)
      return undefined
    }
  }
  const packed = await chromiumPackage.executablePath().catch((error: unknown) => void faults.push(String(error)))
  for (const place of [...(packed === undefined ? [] : [packed]), ...places.filter(existsSync)]) {
    const browser = await launch(place)
    if (browser !== undefined) return browser
  }
  throw new Error(`No Chromium runs here: install one, such as the package "chromium".\n${faults.join('\n')}`)
}

/**
 * A browser for a test, closed after it. Where none runs the test is skipped, visibly; but in continuous integration (`CI=true`) it
 * fails. Then `undefined` is what the test gets.
 */
export async function openBrowser(t: TestContext): Promise<Browser | undefined> {
  try {
    const browser = await launchBrowser()
    t.after(() => browser.close())
    return browser
  } catch (error) {
    if (process.env.CI === 'true') throw error
    t.skip(String(error))
    return undefined
  }
}
