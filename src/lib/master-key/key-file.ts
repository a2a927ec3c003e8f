import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { distinct, type Key, type KeySource, newKeyText, readKey } from './key.ts'

/** Keys in a file of the owner's alone, one a line. It is made with the first key. What is written is on the disk before it counts. */
export function keysOfFile(file: string): KeySource {
  return {
    kind: 'file',
    read: async () => distinct((await readLines(file)).map(({ key }) => key)),
    async add() {
      const lines = await readLines(file)
      await writeLines(file, [...lines, { text: newKeyText() }], { replace: lines.length > 0 })
      return true
    },
    async setAside(id) {
      const lines = await readLines(file)
      const aside = lines.filter(({ key }) => key.id === id)
      if (aside.length === 0) return
      await writeLines(`${file}.retired-${id}`, aside, { replace: true })
      const rest = lines.filter(({ key }) => key.id !== id)
      await writeLines(file, rest, { replace: true })
    },
    place: {
      current: `into "${file}" as a line of its own (where it was put aside, "${basename(file)}.retired-…" beside it has it)`,
      former: `into "${file}" as a line of its own`,
    },
  }
}

interface Line {
  readonly text: string
}

/** None where there is no file. Throws where it holds something else than keys, or nothing: nobody must take that for a new place. */
async function readLines(file: string): Promise<(Line & { readonly key: Key })[]> {
  const content = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  const texts = content?.trim().split(/\s*\n\s*/) ?? []
  return texts.map((text) => ({ text, key: readKey(text, file) }))
}

/** Whole or not at all: written beside, flushed, then given its name. Without `replace` never over a file of another process. */
async function writeLines(file: string, lines: readonly Line[], { replace }: { readonly replace: boolean }) {
  const folder = dirname(file)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(lines.map(({ text }) => `${text}\n`).join(''))
    await handle.sync()
  } finally {
    await handle.close()
  }
  if (replace) await rename(draft, file)
  else await linkOnce(draft, file)
  await flushFolder(folder)
}

async function linkOnce(draft: string, file: string): Promise<void> {
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await unlink(draft)
}

/** A name too is lost in a power cut until its folder is flushed. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
