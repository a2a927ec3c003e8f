/**
 * Writes the generated documents, or with `--check` tells which are stale and fails.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { eventsMarkdown } from '#catalogue'

/** A document that is generated from the code; `path` is relative to the root of the project. */
export interface GeneratedDocument {
  readonly path: string
  readonly render: () => string
}

/** All generated documents. */
export const documents: readonly GeneratedDocument[] = [{ path: 'docs/events.md', render: eventsMarkdown }]

/** The documents below `root` that are missing or differ from what the code says now. */
export async function staleDocuments(root: string): Promise<readonly GeneratedDocument[]> {
  const isFresh = await Promise.all(
    documents.map(async ({ path, render }) => (await read(join(root, path))) === render()),
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
    else await writeFile(join(root, path), render())
  }
  if (values.check && stale.length > 0) process.exitCode = 1
  else if (!values.check)
    console.log(stale.length > 0 ? `Wrote ${stale.map(({ path }) => path).join(', ')}` : 'All documents are fresh')
}

if (import.meta.main) await main()
