import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** `npm run example <name>`: runs `examples/<name>/main.ts` and ends as it does. */
const folder = fileURLToPath(new URL('../examples', import.meta.url))
const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
const [name, ...args] = process.argv.slice(2)

if (name === undefined || !names.includes(name)) {
  process.stderr.write(`Usage: npm run example <name>\n\nExamples:\n${names.map((each) => `  ${each}\n`).join('')}`)
  process.exitCode = 2
} else {
  const child = spawn(process.execPath, [`${folder}/${name}/main.ts`, ...args], { stdio: 'inherit' })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 130)
  })
}
