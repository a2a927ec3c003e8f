import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'

/** How run.mjs gets to the other Node.js: in its own place, or (older Node.js, which cannot) in a child process. */
const ways = {
  execve: [],
  spawn: ['--import', 'data:text/javascript,process.execve=undefined'],
}

const script = `
  const [command, value]: string[] = process.argv.slice(2)
  if (command === 'exit') process.exit(Number(value))
  if (command === 'die') process.kill(process.pid, value)
  let heard = 0
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      heard += 1
      // A second one would come before this.
      setTimeout(() => process.exit(heard), 50)
    })
  }
  console.log(JSON.stringify({ args: process.argv.slice(2), node: process.execPath, main: import.meta.main }))
  if (command === 'wait') setInterval(() => {}, 1000)
`

/** Stands for npm: notes its command, and installs, or refuses it as told by the variable FAKE_NPM. */
const fakeNpm = `
  const fs = require('node:fs')
  const command = process.argv[2]
  fs.appendFileSync('calls', command + '\\n')
  const told = process.env.FAKE_NPM ?? ''
  if (told === 'fail') console.error('no network'), process.exit(9)
  if (told === 'refuse' && command === 'ci') console.error('npm error code EUSAGE'), process.exit(1)
  setTimeout(() => {
    fs.mkdirSync('node_modules', { recursive: true })
    fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json')
  }, 200)
`

/** A project with run.mjs, a script, and a package in its lock file. */
async function setup(t: TestContext, { installed = true } = {}) {
  const root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'oih-run-')))
  t.after(() => rm(root, { recursive: true }))
  const lock = (version: string) => JSON.stringify({ packages: { '': {}, 'node_modules/a': { version } } })
  await mkdir(path.join(root, 'scripts'))
  await mkdir(path.join(root, 'node_modules', 'node', 'bin'), { recursive: true })
  for (const name of ['run.mjs', 'child.mjs', 'console.mjs', 'dependencies.mjs']) {
    await cp(path.join(import.meta.dirname, name), path.join(root, 'scripts', name))
  }
  await symlink(process.execPath, path.join(root, 'node_modules', 'node', 'bin', 'node'))
  await writeFile(path.join(root, 'package.json'), '{ "type": "module" }')
  await writeFile(path.join(root, 'script.ts'), script)
  await mkdir(path.join(root, 'npm'))
  await writeFile(path.join(root, 'npm', 'package.json'), '{ "type": "commonjs" }')
  await writeFile(path.join(root, 'npm', 'npm-cli.js'), fakeNpm)
  await writeFile(path.join(root, 'package-lock.json'), lock('2.0.0'))
  await writeFile(path.join(root, 'node_modules', '.package-lock.json'), lock(installed ? '2.0.0' : '1.0.0'))
  function start(args: string[], { way = 'execve', npm = '' }: { way?: keyof typeof ways; npm?: string } = {}) {
    const env = { ...process.env, npm_execpath: path.join(root, 'npm', 'npm-cli.js'), FAKE_NPM: npm, NODE_OPTIONS: '' }
    const command = [...ways[way], path.join(root, 'scripts', 'run.mjs'), ...args]
    const child = spawn(process.execPath, command, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    t.after(() => child.kill('SIGKILL'))
    const ended = Promise.all([child.stdout.toArray(), child.stderr.toArray(), once(child, 'exit')]).then(
      ([stdout, stderr, [code, signal]]) => ({ stdout: stdout.join(''), stderr: stderr.join(''), code, signal }),
    )
    return { child, ended }
  }
  const calls = () => readFile(path.join(root, 'calls'), 'utf8').catch(() => '')
  return { root, start, calls }
}

for (const way of ['execve', 'spawn'] as const) {
  test(`run.mjs runs the script on the pinned Node.js, by ${way}`, async (t) => {
    const { start, calls } = await setup(t)
    const { stdout, stderr, code } = await start(['script.ts', 'a b', '--flag'], { way }).ended
    const said = JSON.parse(stdout)
    assert.deepEqual(said.args, ['a b', '--flag'])
    assert.equal(await realpath(said.node), await realpath(process.execPath))
    assert.equal(said.main, true)
    assert.equal(stderr, '')
    assert.equal(code, 0)
    assert.equal(await calls(), '')
  })

  test(`run.mjs ends as the script ends, by ${way}`, async (t) => {
    const { start } = await setup(t)
    assert.equal((await start(['script.ts', 'exit', '7'], { way }).ended).code, 7)
    assert.equal((await start(['script.ts', 'die', 'SIGTERM'], { way }).ended).signal, 'SIGTERM')
  })

  test(`run.mjs passes each signal on once, by ${way}`, async (t) => {
    const { start } = await setup(t)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      const run = start(['script.ts', 'wait'], { way })
      await once(run.child.stdout, 'readable')
      run.child.kill(signal)
      assert.equal((await run.ended).code, 1, signal)
    }
  })
}

test('run.mjs installs once when several start at once and the lock file has changed', async (t) => {
  const { start, calls } = await setup(t, { installed: false })
  const runs = await Promise.all([1, 2, 3].map(() => start(['script.ts', 'exit', '0']).ended))
  for (const { code, stdout } of runs) assert.deepEqual({ code, stdout }, { code: 0, stdout: '' })
  assert.equal(await calls(), 'ci\n')
})

test('run.mjs takes a lock file that "npm ci" refuses', async (t) => {
  const { root, start, calls } = await setup(t, { installed: false })
  const { code } = await start(['script.ts', 'exit', '0'], { npm: 'refuse' }).ended
  assert.equal(code, 0)
  assert.equal(await calls(), 'ci\ninstall\n')
  assert.match(await readFile(path.join(root, 'node_modules', '.package-lock.json'), 'utf8'), /2\.0\.0/)
})

test('run.mjs tells what npm said when it fails, and does not start', async (t) => {
  const { start } = await setup(t, { installed: false })
  const { code, stdout, stderr } = await start(['script.ts'], { npm: 'fail' }).ended
  assert.equal(code, 1)
  assert.equal(stdout, '')
  assert.match(stderr, /no network\n+Cannot install the dependencies: npm ended with code 9/)
})
