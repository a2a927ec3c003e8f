import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { distinct, newKeyText, readKey } from './key.ts'
import type { KeySource } from './key-source.ts'

/** Keys in a file of the owner's alone, one a line. It is made with the first key. What is written is on the disk before it counts. */
export function keysOfFile(file: string): KeySource {
  return {
    kind: 'file',
    read: async () => distinct((await readLines(file)).map((line) => readKey(line, file))),
    async add() {
      const lines = await readLines(file)
      await writeLines(file, [...lines, newKeyText()], { replace: lines.length > 0 })
      return true
    },
    async setAside(id) {
      const lines = await readLines(file)
      const isAside = (line: string) => readKey(line, file).id === id
      const aside = lines.find(isAside)
      if (aside === undefined) return
      await writeLines(`${file}.retired-${id}`, [aside], { replace: true })
      await writeLines(
        file,
        lines.filter((line) => !isAside(line)),
        { replace: true },
      )
    },
    place: {
      current: `into "${file}" as a line of its own (where it was put aside, "${basename(file)}.retired-…" beside it has it)`,
      former: `into "${file}" as a line of its own`,
    },
  }
}

/** None where there is no file. */
async function readLines(file: string): Promise<string[]> {
  try {
    const lines = (await readFile(file, 'utf8')).split('\n').map((line) => line.trim())
    const keys = lines.filter((line) => line !== '')
    // Nobody must take it for a place without a key, and make another.
    if (keys.length === 0) throw new Error(`Cannot use the master key as "${file}" must hold 32 bytes in base64 or hex`)
    return keys
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Whole or not at all: written beside, flushed, then given its name. Without `replace` never over a file of another process. */
async function writeLines(file: string, lines: readonly string[], { replace }: { readonly replace: boolean }) {
  const folder = dirname(file)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(lines.map((line) => `${line}\n`).join(''))
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
