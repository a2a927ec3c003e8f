import { HubError, messageOf } from '#lib/errors'
import { shown } from '../language/json-schema.ts'
import { type ArchiveEntry, archiveError, pathOf } from './archive-entry.ts'
import { tgzEntries } from './tgz.ts'
import { zipEntries } from './zip.ts'

const MiB = 1_048_576
/** Bytes. */
const largestArchive = 32 * MiB
const largestFile = MiB
const largestContent = 64 * MiB
const mostFiles = 1_000
const mostEntries = 4_000

/** A file of an archive. */
export interface ArchiveFile {
  /** Without `./` before it; else as the archive has it, a leading folder included. */
  readonly path: string
  readonly content: Buffer
}

/** What an archive holds. */
export interface Archive {
  /** The files whose name ends with `.json`, in the order of the archive. */
  readonly files: readonly ArchiveFile[]
  /** The paths of all others: other files, hidden ones, and what macOS adds. */
  readonly skipped: readonly string[]
}

/**
 * Unpacks a zip or tgz archive, known by its first bytes. Bounds: 32 MiB, 1,000 files with 1 MiB each and 64 MiB in all, counted while
 * they are unpacked. Throws `invalid-body` with field `archive` where a bound is exceeded, and for an archive that is broken,
 * encrypted, or has an entry that is there twice, leads out of it, or is neither file nor folder.
 */
export async function readArchive(bytes: Buffer): Promise<Archive> {
  if (bytes.length > largestArchive) throw archiveError(`must not have more than ${largestArchive} bytes`)
  try {
    return await readEntries(bytes)
  } catch (error) {
    if (error instanceof HubError) throw error
    throw archiveError(`must be a whole archive: ${shown(messageOf(error))}`)
  }
}

async function readEntries(bytes: Buffer): Promise<Archive> {
  const content = new Allowance(largestContent, `must not unpack to more than ${largestContent} bytes`)
  const entryCount = new Allowance(mostEntries, `must not hold more than ${mostEntries} files and folders`)
  const fileCount = new Allowance(mostFiles, `must not hold more than ${mostFiles} files`)
  const seen = new Set<string>()
  const files: ArchiveFile[] = []
  const skipped: string[] = []
  for await (const entry of entriesOf(bytes, (count) => content.take(count))) {
    entryCount.take(1)
    const path = pathOf(entry.name)
    if (entry.kind === 'other')
      throw archiveError(`must hold nothing but files and folders: "${shown(path)}" is neither`)
    if (entry.kind === 'folder') continue
    fileCount.take(1)
    if (seen.has(path)) throw archiveError(`must hold each file once: "${shown(path)}" is there twice`)
    seen.add(path)
    if (isSkipped(path)) skipped.push(path)
    else files.push({ path, content: await contentOf(entry, path) })
  }
  return { files, skipped }
}

function entriesOf(bytes: Buffer, count: (bytes: number) => void): AsyncIterable<ArchiveEntry> {
  const start = bytes.subarray(0, 4).toString('latin1')
  if (start.startsWith('\x1f\x8b')) return tgzEntries(bytes, count)
  if (start === 'PK\x03\x04' || start === 'PK\x05\x06') return zipEntries(bytes, count)
  throw archiveError('must be a zip or tgz archive')
}

function isSkipped(path: string): boolean {
  const segments = path.split('/')
  return !path.endsWith('.json') || segments.includes('__MACOSX') || segments.some((segment) => segment.startsWith('.'))
}

async function contentOf(entry: ArchiveEntry, path: string): Promise<Buffer> {
  const file = new Allowance(
    largestFile,
    `must hold no file of more than ${largestFile} bytes: "${shown(path)}" is one`,
  )
  const chunks: Uint8Array[] = []
  for await (const chunk of entry.content()) {
    file.take(chunk.length)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** How much there may be of something; more is refused. */
class Allowance {
  readonly #reason: string
  #left: number

  constructor(most: number, reason: string) {
    this.#left = most
    this.#reason = reason
  }

  take(count: number): void {
    this.#left -= count
    if (this.#left < 0) throw archiveError(this.#reason)
  }
}
