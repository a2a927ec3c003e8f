import { crc32 } from 'node:zlib'
import { type Entry, fromBufferPromise, getFileNameLowLevel, type ZipFile } from 'yauzl'
import { shown } from '../language/json-schema.ts'
import { type ArchiveEntry, archiveError } from './archive-entry.ts'

/**
 * The entries of a zip archive, in the order of its directory, which alone says what is in it. `count` is told how many bytes were
 * unpacked; what it throws ends all.
 */
export async function* zipEntries(bytes: Buffer, count: (bytes: number) => void): AsyncGenerator<ArchiveEntry> {
  // Names are checked where those of other archives are.
  const zip = await fromBufferPromise(bytes, { lazyEntries: true, decodeStrings: false })
  for await (const entry of zip.eachEntry()) {
    const name = nameOf(entry)
    if (entry.isEncrypted()) throw archiveError(`must hold nothing that is encrypted: "${shown(name)}" is`)
    yield { name, kind: kindOf(entry, name), content: () => contentOf(zip, entry, name, count) }
  }
}

function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string {
  return getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true)
}

/** Archives made on Unix have its file mode in the upper half of the attributes, others nothing. */
function kindOf({ externalFileAttributes }: Entry, name: string): ArchiveEntry['kind'] {
  const type = (externalFileAttributes >>> 16) & 0o170000
  if (name.endsWith('/')) return type === 0 || type === 0o040000 ? 'folder' : 'other'
  return type === 0 || type === 0o100000 ? 'file' : 'other'
}

async function* contentOf(
  zip: ZipFile,
  entry: Entry,
  name: string,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const chunks: AsyncIterable<Uint8Array> = await zip.openReadStreamPromise(entry)
  let sum = 0
  for await (const chunk of chunks) {
    count(chunk.length)
    sum = crc32(chunk, sum)
    yield chunk
  }
  if (sum !== entry.crc32) throw archiveError(`must be whole: the content of "${shown(name)}" has another checksum`)
}
