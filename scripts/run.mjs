#!/usr/bin/env node
// Runs a TypeScript file of this project on the Node.js that the project pins, with its dependencies installed:
//   node scripts/run.mjs <script.ts> [arguments]      without a script: src/main.ts
// This file and the .mjs files beside it alone have to work on Node.js 20 with nothing installed. They write to standard error
// only, so that the output of the script stays clean.

import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ending, endAs, isWindows, run, say } from './child.mjs'
import { ensureConsole } from './console.mjs'
import { ensureDependencies } from './dependencies.mjs'

const oldestMajor = 24
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const modules = path.join(root, 'node_modules')

function majorOf(version) {
  return Number(/^v(\d+)\./.exec(version)?.[1] ?? 0)
}

function isNewEnough(file) {
  const { stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' })
  return majorOf(stdout ?? '') >= oldestMajor
}

/**
 * The Node.js to run on: the pinned one, else this one if it is new enough. The npm package `node` fetches its program in an
 * install script; where such scripts are switched off, that script is run here.
 */
async function chooseNode() {
  const pinned = path.join(modules, 'node', 'bin', isWindows ? 'node.exe' : 'node')
  if (isNewEnough(pinned)) return pinned
  if (majorOf(process.version) >= oldestMajor) return process.execPath
  const home = path.join(modules, 'node')
  if (fs.existsSync(home)) {
    say(`Fetching Node.js ${oldestMajor} …`)
    await run(process.execPath, ['installArchSpecificPackage.js'], {
      cwd: home,
      stdio: ['ignore', 2, 2],
      group: true,
    }).catch(() => {})
  }
  if (isNewEnough(pinned)) return pinned
  throw new Ending(
    `Cannot start as Node.js must be ${oldestMajor} or newer: this is ${process.version}, and "${pinned}" does not run. ` +
      `Run "npm ci" in "${root}" with install scripts allowed, or start with a newer Node.js`,
  )
}

/** Node.js keeps there what it has compiled, types stripped: later starts are quicker. */
function scriptEnvironment() {
  return { NODE_COMPILE_CACHE: path.join(modules, '.cache', 'node'), ...process.env }
}

/** Whether the hub will serve pages: not if it only says something and ends. */
function startsHub(args) {
  return args.includes('start') && !args.some((arg) => ['--help', '--version', '--check-config'].includes(arg))
}

async function main() {
  const [first, ...rest] = process.argv.slice(2)
  const isScript = first !== undefined && /\.m?[jt]s$/.test(first)
  const script = path.resolve(root, isScript ? first : 'src/main.ts')
  const args = isScript ? rest : process.argv.slice(2)
  await ensureDependencies(root)
  const node = await chooseNode()
  if (script === path.join(root, 'src', 'main.ts') && startsHub(args)) await ensureConsole(root, node)
  // Where the running Node.js can become the other program, it does: no process in between, nothing to pass on.
  if (process.execve !== undefined && majorOf(process.version) >= oldestMajor && !isWindows) {
    process.execve(node, [node, script, ...args], scriptEnvironment())
  }
  return run(node, [script, ...args], { stdio: 'inherit', env: scriptEnvironment() })
}

const end = await main().catch((error) => {
  if (!(error instanceof Ending)) throw error
  say(error.message)
  return error.end
})
endAs(end)
