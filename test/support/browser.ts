import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
  const packed = await unpackChromium().catch((error: unknown) => void faults.push(String(error)))
  for (const place of [...(packed === undefined ? [] : [packed]), ...places.filter(existsSync)]) {
    const browser = await launch(place)
    if (browser !== undefined) return browser
  }
  throw new Error(`No Chromium runs here: install one, such as the package "chromium".\n${faults.join('\n')}`)
}

/**
 * The Chromium of npm, unpacked into the temporary folder. The package takes a file that another process is still writing for whole;
 * so each process unpacks in a folder of its own and puts everything in place, the program last, which is what the package looks for.
 */
async function unpackChromium(): Promise<string> {
  const folder = tmpdir()
  if (existsSync(join(folder, 'chromium'))) return chromiumPackage.executablePath()
  const scratch = await mkdtemp(join(folder, 'unpacking-'))
  const { TMPDIR } = process.env
  try {
    process.env.TMPDIR = scratch
    await chromiumPackage.executablePath()
    const names = (await readdir(scratch)).filter((name) => name !== 'chromium')
    // A folder that another process has put there meanwhile holds the same.
    for (const name of names) await rename(join(scratch, name), join(folder, name)).catch(() => {})
    await rename(join(scratch, 'chromium'), join(folder, 'chromium'))
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
    await rm(scratch, { recursive: true, force: true })
  }
  return chromiumPackage.executablePath()
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
