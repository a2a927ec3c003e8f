import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'

/** Stands for Vite: notes that it was called and writes pages that tell the source, or fails where there is none. */
const fakeVite = `
  const fs = require('node:fs')
  const [, , command, root, , outDir] = process.argv
  fs.appendFileSync('calls', command + '\\n')
  const source = fs.readFileSync(root + '/src/main.tsx', 'utf8')
  if (source === 'broken') console.error('a fault in main.tsx'), process.exit(1)
  fs.mkdirSync(outDir + '/assets', { recursive: true })
  fs.writeFileSync(outDir + '/index.html', source)
  fs.writeFileSync(outDir + '/assets/main-1.js', source)
`

async function setup(t: TestContext) {
  const root = await mkdtemp(path.join(os.tmpdir(), 'oih-console-'))
  t.after(() => rm(root, { recursive: true }))
  for (const folder of ['scripts', 'console/src', 'src/demo', 'node_modules/vite/bin']) {
    await mkdir(path.join(root, folder), { recursive: true })
  }
  for (const name of ['console.mjs', 'child.mjs']) {
    await cp(path.join(import.meta.dirname, name), path.join(root, 'scripts', name))
  }
  const write = (file: string, text: string) => writeFile(path.join(root, file), text)
  await write('package.json', '{}')
  await write('package-lock.json', '{}')
  await write('console/index.html', '')
  await write('console/src/main.tsx', 'first')
  await write('node_modules/vite/bin/vite.js', fakeVite)
  const build = async () => {
    const child = spawn(process.execPath, ['scripts/console.mjs'], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] })
    const [stderr, [code]] = await Promise.all([child.stderr.toArray(), once(child, 'exit')])
    return { code, stderr: stderr.join('') }
  }
  const read = (file: string) => readFile(path.join(root, file), 'utf8').catch(() => undefined)
  return { root, write, build, read }
}

test('ensureConsole() builds what has changed, and nothing else', async (t) => {
  const { root, write, build, read } = await setup(t)
  assert.equal((await build()).code, 0)
  assert.equal(await read('dist/console/index.html'), 'first')
  assert.ok(await read('dist/console/assets/main-1.js.gz'), 'assets are packed for the network')
  assert.deepEqual(await build(), { code: 0, stderr: '' })
  assert.equal(await read('calls'), 'build\n')
  await write('console/src/main.tsx', 'second')
  await build()
  assert.equal(await read('dist/console/index.html'), 'second')
  await write('package-lock.json', '{ "changed": true }')
  await build()
  assert.equal(await read('calls'), 'build\nbuild\nbuild\n')
  await write('src/demo/flows.ts', 'it is part of the pages')
  await build()
  assert.equal(await read('calls'), 'build\nbuild\nbuild\nbuild\n')
  assert.deepEqual(await readdir(path.join(root, 'dist')), ['console'])
})

test('ensureConsole() keeps the pages that there are when the build fails, and says why', async (t) => {
  const { root, write, build, read } = await setup(t)
  await build()
  await write('console/src/main.tsx', 'broken')
  const { code, stderr } = await build()
  assert.equal(code, 1)
  assert.match(stderr, /a fault in main\.tsx\s+Cannot build the console: vite ended with code 1/)
  assert.equal(await read('dist/console/index.html'), 'first')
  assert.deepEqual(await readdir(path.join(root, 'dist')), ['console'])
})

test('ensureConsole() uses what is there where nothing can be built', async (t) => {
  const { root, write, build, read } = await setup(t)
  await build()
  await rm(path.join(root, 'node_modules'), { recursive: true })
  await write('console/src/main.tsx', 'second')
  assert.deepEqual(await build(), { code: 0, stderr: '' })
  assert.equal(await read('dist/console/index.html'), 'first')
})

test('ensureConsole() may be called by several starts at once', async (t) => {
  const { root, build, read } = await setup(t)
  for (const { code } of await Promise.all([1, 2, 3].map(build))) assert.equal(code, 0)
  assert.equal(await read('dist/console/index.html'), 'first')
  assert.deepEqual(await readdir(path.join(root, 'dist')), ['console'])
})
