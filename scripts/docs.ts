/**
 * Writes the generated documents, or with `--check` tells which are stale and fails.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { eventsMarkdown } from '#catalogue'
import { configTable } from '#lib/config'
import { configTables } from '../src/hub/config.ts'
import { apiTypes } from './api-types.ts'

/** A document that is generated from the code, whole or in part; `path` is relative to the root of the project. */
export interface GeneratedDocument {
  readonly path: string
  /** What it should be, given what it is; empty when it is missing. */
  readonly render: (current: string) => string | Promise<string>
}

/** All generated documents. */
export const documents: readonly GeneratedDocument[] = [
  { path: 'docs/events.md', render: eventsMarkdown },
  { path: 'README.md', render: (current) => withSection(current, 'configuration', configurationTable()) },
  { path: 'console/src/api/schema.d.ts', render: apiTypes },
]

/** Replaces what stands between the marks `<!-- name -->` and `<!-- /name -->`; appends them where they are missing. */
function withSection(document: string, name: string, content: string): string {
  const section = `<!-- ${name} -->\n${content}<!-- /${name} -->`
  const [before, after] = document.split(new RegExp(`<!-- ${name} -->[^]*<!-- /${name} -->`))
  return after === undefined ? `${document}${section}\n` : `${before}${section}${after}`
}

function configurationTable(): string {
  const rows = configTable(configTables).map(({ name, default: fallback, about, secret }) => {
    const file = secret ? ` A secret: \`${name}_FILE\` may name a file that holds it.` : ''
    return `| \`${name}\` | ${fallback === '' ? '' : `\`${fallback}\``} | ${about}.${file} |`
  })
  return ['| variable | default | what it is |', '|---|---|---|', ...rows, ''].join('\n')
}

/** The documents below `root` that are missing or differ from what the code says now. */
export async function staleDocuments(root: string): Promise<readonly GeneratedDocument[]> {
  const isFresh = await Promise.all(
    documents.map(async ({ path, render }) => {
      const current = await read(join(root, path))
      return current === (await render(current ?? ''))
    }),
  )
  return documents.filter((_, index) => !isFresh[index])
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
  const root = join(import.meta.dirname, '..')
  const stale = await staleDocuments(root)
  for (const { path, render } of stale) {
    if (values.check) console.error(`Document "${path}" is stale: run "npm run docs" and commit the result`)
    else await writeFile(join(root, path), await render((await read(join(root, path))) ?? ''))
  }
  if (values.check && stale.length > 0) process.exitCode = 1
  else if (!values.check)
    console.log(stale.length > 0 ? `Wrote ${stale.map(({ path }) => path).join(', ')}` : 'All documents are fresh')
}

if (import.meta.main) await main()
