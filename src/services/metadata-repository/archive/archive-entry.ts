import { fieldError, type HubError } from '#lib/errors'
import { shown } from '../language/json-schema.ts'

/** One thing in an archive. */
export interface ArchiveEntry {
  /** As the archive has it. */
  readonly name: string
  /** What is neither a file nor a folder is a link, a device or the like. */
  readonly kind: 'file' | 'folder' | 'other'
  /** The content of a file, unpacked while it is read; to be read once, or not at all. */
  content(): AsyncIterable<Uint8Array>
}

/** The refusal of an archive; `reason` follows `Field "archive"`. */
export function archiveError(reason: string): HubError {
  return fieldError('invalid-body', 'archive', reason)
}

/**
 * The path of an entry: its name without `./` before it and a slash behind it; '' = the root. Throws for what leads out of the archive
 * or is no plain path.
 */
export function pathOf(name: string): string {
  const path = name.replace(/^(?:\.\/)+/, '').replace(/\/$/, '')
  const isPlain = path === '' || path === '.' || path.split('/').every((segment) => !['', '.', '..'].includes(segment))
  if (!isPlain || /^[a-z]:/i.test(path) || /[\\\p{Cc}]/u.test(path) || !path.isWellFormed())
    throw archiveError(`must hold nothing but plain paths that lead into it: "${shown(name)}" is not`)
  return path === '.' ? '' : path
}
