// Builds the web console into dist/console when what it is made of has changed. Has to work on Node.js 20:
//   node scripts/console.mjs

import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { Ending, endAs, run, say } from './child.mjs'

/** A hash of every source of the console, of the demo that it contains, and of the versions of all packages: some 5 ms. */
function stampOf(root) {
  const hash = createHash('sha256')
  const sources = ['console', path.join('src', 'demo')]
    .flatMap((folder) => listed(path.join(root, folder)))
    .filter((entry) => entry.isFile() && !/\.(?:md|test\.ts)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
  for (const file of [...sources.sort(), path.join(root, 'package-lock.json')]) {
    hash
      .update(`${path.relative(root, file)}\0`)
      .update(fs.readFileSync(file))
      .update('\0')
  }
  return hash.digest('hex')
}

function listed(folder) {
  return fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true, withFileTypes: true }) : []
}

function textOf(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/**
 * Sees to it that dist/console is what console/ says. Where there is nothing to build from or with (an image without development
 * packages), what is there is used as it is. The pages are put in place whole: a hub that serves the old ones misses nothing.
 */
export async function ensureConsole(root, node) {
  const vite = path.join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  if (!fs.existsSync(path.join(root, 'console', 'index.html')) || !fs.existsSync(vite)) return
  const target = path.join(root, 'dist', 'console')
  const stamp = stampOf(root)
  if (textOf(path.join(target, '.stamp')) === stamp) return
  say('Building the console …')
  const scratch = `${target}-${process.pid}`
  try {
    const options = { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], group: true }
    const args = [vite, 'build', path.join(root, 'console'), '--outDir', scratch, '--emptyOutDir', '--logLevel', 'warn']
    const ended = await run(node, args, options)
    if (ended.signal !== null) throw new Ending('Cannot build the console: interrupted', ended)
    if (ended.code !== 0)
      throw new Ending(`${ended.output}\nCannot build the console: vite ended with code ${ended.code}`)
    pack(path.join(scratch, 'assets'))
    fs.writeFileSync(path.join(scratch, '.stamp'), stamp)
    replace(scratch, target)
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true })
  }
}

/** Puts a gzipped file beside each asset, for the server to send. */
function pack(folder) {
  for (const name of fs.readdirSync(folder)) {
    const file = path.join(folder, name)
    fs.writeFileSync(`${file}.gz`, gzipSync(fs.readFileSync(file), { level: 9 }))
  }
}

/** Another start may do the same at the same moment, with the same pages: whoever comes second is content with theirs. */
function replace(scratch, target) {
  const old = `${scratch}-old`
  try {
    fs.renameSync(target, old)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  try {
    fs.renameSync(scratch, target)
  } catch (error) {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  }
  fs.rmSync(old, { recursive: true, force: true })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
  await ensureConsole(root, process.execPath).catch((error) => {
    if (!(error instanceof Ending)) throw error
    say(error.message)
    endAs(error.end)
  })
}
