import { spawnSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// Compiles the event bus, with what it needs of lib, to JavaScript and declarations in dist/: Node.js refuses to strip types inside
// node_modules, where a service in a repository of its own finds the package. Run by `npm pack`.

const root = fileURLToPath(new URL('..', import.meta.url))
// The console, which is built there too, stays.
for (const part of ['lib', 'event-bus']) rmSync(`${root}dist/${part}`, { recursive: true, force: true })
const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.event-bus.json'], {
  cwd: root,
  stdio: ['ignore', 2, 2],
})
if (status === 0)
  for (const part of ['lib', 'event-bus'])
    cpSync(`${root}src/${part}/sql`, `${root}dist/${part}/sql`, { recursive: true })
process.exitCode = status ?? 1
