import { ReadableStream } from 'node:stream/web'
import { createGunzip } from 'node:zlib'
import { createTarDecoder, type ParsedTarEntry } from 'modern-tar'
import type { ArchiveEntry } from './archive-entry.ts'

/**
 * The entries of a tar archive that is compressed by gzip, in the order of the archive. `count` is told how many bytes were unpacked,
 * with those that are passed over; what it throws ends all.
 */
export async function* tgzEntries(bytes: Buffer, count: (bytes: number) => void): AsyncGenerator<ArchiveEntry> {
  const entries = ReadableStream.from(unpacked(bytes, count)).pipeThrough(createTarDecoder({ strict: true }))
  for await (const { header, body } of entries) {
    yield { name: header.name, kind: kindOf(header), content: () => body }
    if (!body.locked) await body.cancel()
  }
}

function kindOf({ type = 'file' }: ParsedTarEntry['header']): ArchiveEntry['kind'] {
  if (type === 'directory') return 'folder'
  return type === 'file' ? 'file' : 'other'
}

async function* unpacked(bytes: Buffer, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip()
  gunzip.end(bytes)
  for await (const chunk of gunzip) {
    count(chunk.length)
    yield chunk
  }
}
