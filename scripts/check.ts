// The house rules that a program can check: types, lint and format, a comment on every exported symbol.
//   npm run check

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import path from 'node:path'

const root = path.dirname(import.meta.dirname)
const exported = /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|class|interface|type|const|let) (\w+)/

/** What one check found: an empty text when all is well. */
interface Finding {
  name: string
  text: string
}

/** Runs all checks, prints what they find, and tells whether all is well. */
export async function check(): Promise<boolean> {
  const bin = (...parts: string[]) => path.join(root, 'node_modules', ...parts)
  const findings = await Promise.all([
    findByProgram('tsc', [bin('typescript', 'bin', 'tsc'), '-p', root, '--pretty', 'false']),
    // It needs the peers, which only its first run installs.
    ...(existsSync(path.join(root, 'bench', 'node_modules'))
      ? [
          findByProgram('tsc bench', [
            bin('typescript', 'bin', 'tsc'),
            '-p',
            path.join(root, 'bench'),
            '--pretty',
            'false',
          ]),
        ]
      : []),
    findByProgram('tsc console', [
      bin('typescript', 'bin', 'tsc'),
      '-p',
      path.join(root, 'console'),
      '--pretty',
      'false',
    ]),
    findByProgram('biome ci', [bin('@biomejs', 'biome', 'bin', 'biome'), 'ci', '--colors=off', root]),
    findUndocumented(),
  ])
  for (const { name, text } of findings) {
    console.log(text === '' ? `✔ ${name}` : `${text}\n✖ ${name}`)
  }
  return findings.every(({ text }) => text === '')
}

/** Runs a JavaScript program; its output is the finding if it ends with an error. */
async function findByProgram(name: string, args: string[]): Promise<Finding> {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk) => chunks.push(chunk))
  child.stderr.on('data', (chunk) => chunks.push(chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      const output = Buffer.concat(chunks).toString().trimEnd()
      resolve({ name, text: code === 0 ? '' : output || `${name} ended with code ${code}` })
    })
  })
}

async function findUndocumented(): Promise<Finding> {
  const found: string[] = []
  const folders = ['src/**/*.ts', 'bench/{harness,bus,peers,flows,iam,footprint}/*.ts', 'console/src/**/*.{ts,tsx}']
  for await (const file of glob(folders, {
    cwd: root,
    exclude: (name) => name.endsWith('.test.ts') || name.endsWith('.d.ts'),
  })) {
    const source = await readFile(path.join(root, file), 'utf8')
    for (const { line, symbol } of undocumentedExports(source)) {
      found.push(`${file}:${line}: exported "${symbol}" must have a doc comment`)
    }
  }
  return { name: 'doc comments', text: found.sort().join('\n') }
}

/** The exported symbols of a source that no doc comment precedes. Further overloads of a function need none. */
export function undocumentedExports(source: string): { line: number; symbol: string }[] {
  const found = []
  const seen = new Set<string>()
  const lines = source.split('\n')
  for (const [index, text] of lines.entries()) {
    const symbol = exported.exec(text)?.[1]
    if (symbol === undefined) continue
    const before = lines.slice(0, index).findLast((line) => !line.startsWith('// biome-ignore'))
    if (!seen.has(symbol) && !before?.trimEnd().endsWith('*/')) found.push({ line: index + 1, symbol })
    seen.add(symbol)
  }
  return found
}

if (import.meta.main) process.exitCode = (await check()) ? 0 : 1
