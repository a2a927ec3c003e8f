// Installs the dependencies of the project. Has to work on Node.js 20 with nothing installed.

import { createHash, randomUUID } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Ending, isWindows, run, say } from './child.mjs'

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/**
 * Whether node_modules holds what package-lock.json asks for. The stamp is npm's own: the lock file it leaves in node_modules
 * when an installation has ended well, which `npm ci` removes first. So an installation by hand counts, a broken off one does
 * not. Optional packages may be missing (other platforms), development packages all together (`--omit=dev`).
 */
function dependenciesAreCurrent(root) {
  const wanted = readJson(path.join(root, 'package-lock.json'))?.packages
  if (wanted === undefined) return true
  const installed = readJson(path.join(root, 'node_modules', '.package-lock.json'))?.packages
  if (installed === undefined) return false
  const names = Object.keys(wanted).filter((name) => name !== '')
  const withDev = names.some((name) => wanted[name].dev && installed[name] !== undefined)
  return names.every((name) => {
    const found = installed[name]
    if (found !== undefined) return found.version === wanted[name].version && found.integrity === wanted[name].integrity
    return wanted[name].optional === true || (wanted[name].dev === true && !withDev)
  })
}

/** The environment for npm: with a cache of its own where the usual one is not writable (containers, service users). */
function npmEnvironment(scratch) {
  try {
    // Throws for a user who has neither a name nor a home.
    const cache = process.env.npm_config_cache ?? path.join(os.homedir(), '.npm')
    fs.mkdirSync(cache, { recursive: true })
    fs.accessSync(cache, fs.constants.W_OK)
    return process.env
  } catch {
    return { ...process.env, npm_config_cache: path.join(scratch, 'npm-cache'), HOME: scratch }
  }
}

async function runNpm(root, args, scratch) {
  // Set when npm itself runs this; other package managers set it to themselves.
  const npm = /\bnpm-cli\.js$/.exec(process.env.npm_execpath)?.input
  const [command, ...before] = npm ? [process.execPath, npm] : [isWindows ? 'npm.cmd' : 'npm']
  const quiet = ['--no-audit', '--no-fund', '--no-progress', '--loglevel=error']
  const options = {
    cwd: root,
    env: npmEnvironment(scratch),
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: isWindows,
    group: true,
  }
  return run(command, [...before, ...args, ...quiet], options).catch((error) => {
    throw new Ending(`Cannot install the dependencies as npm must be on the path: ${error.message}`)
  })
}

async function install(root) {
  say('Installing dependencies (first start, about a minute) …')
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'oih-npm-'))
  try {
    let ended = await runNpm(root, ['ci'], scratch)
    if (ended.output.includes('code EUSAGE')) {
      // npm leaves optional packages of other platforms out of a lock file when the registry lacks them, and `npm ci` then
      // refuses that file. `npm install` takes it, with the same versions.
      fs.rmSync(path.join(root, 'node_modules'), { recursive: true, force: true })
      ended = await runNpm(root, ['install', '--no-save'], scratch)
    }
    if (ended.code === 0) return
    if (ended.signal !== null) throw new Ending('Cannot install the dependencies: interrupted', ended)
    throw new Ending(
      `${ended.output}\nCannot install the dependencies: npm ended with code ${ended.code}. Try again with "npm ci" in "${root}"`,
    )
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true })
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** The claims of other living processes. One hour is far beyond any installation: a claim that old has a reused pid. */
function otherClaims(folder, own) {
  return fs.readdirSync(folder).filter((name) => {
    if (name === own) return false
    const written = fs.statSync(path.join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (isAlive(Number.parseInt(name, 10)) && Date.now() - written < 3_600_000) return true
    fs.rmSync(path.join(folder, name), { force: true })
    return false
  })
}

/**
 * Installs what is missing; of several starts at once only one does so. Each writes a claim before it looks for others and
 * withdraws when it sees one, so never can two of them find themselves alone.
 */
export async function ensureDependencies(root) {
  // Not os.userInfo(): in a container the user may have a number only.
  const owner = process.getuid?.() ?? 'user'
  const hash = createHash('sha256').update(root).digest('hex').slice(0, 16)
  const folder = path.join(os.tmpdir(), `oih-install-${hash}-${owner}`)
  for (let turn = 0; !dependenciesAreCurrent(root); turn++) {
    const own = claim(folder)
    try {
      const alone = otherClaims(folder, own).length === 0
      if (alone && !dependenciesAreCurrent(root)) await install(root)
      if (alone) return
    } finally {
      withdraw(folder, own)
    }
    if (turn === 0) say('Waiting for another start that installs the dependencies …')
    await sleep(100 + Math.random() * 400)
  }
}

function claim(folder) {
  const name = `${process.pid}-${randomUUID()}`
  for (;;) {
    try {
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
      fs.writeFileSync(path.join(folder, name), '')
      return name
    } catch (error) {
      // Another start has just withdrawn the last claim.
      if (error.code !== 'ENOENT') throw error
    }
  }
}

/** Removes the claim, and the folder with the last one. */
function withdraw(folder, name) {
  fs.rmSync(path.join(folder, name), { force: true })
  try {
    fs.rmdirSync(folder)
  } catch {
    // Others have claims in it.
  }
}
