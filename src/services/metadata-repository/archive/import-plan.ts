import { setImmediate } from 'node:timers/promises'
import { locationOf, uriFault } from '#lib/schema-location'
import { dialectNamed } from '../language/dialect.ts'
import { absoluteIdentity } from '../language/identity.ts'
import { isJsonObject, shown } from '../language/json-schema.ts'
import { type PreparedSchema, prepareSchema } from '../language/prepared-schema.ts'
import type { ArchiveFile } from './archive.ts'
import { readJson, type TextFault } from './json-text.ts'

/** Why a file cannot be imported. */
export interface ImportFault {
  /** The path of the file in the archive. */
  readonly file: string
  /** JSON pointer into it; '' = the whole. */
  readonly path: string
  /** Where it stops being JSON, from 1; undefined = it is JSON, or nobody can tell. */
  readonly line?: number | undefined
  /** In UTF-16 units, from 1; undefined as `line`. */
  readonly column?: number | undefined
  /** One sentence, which names the file. */
  readonly message: string
}

/** What an import stores where there are no faults. */
export interface ImportPlan {
  /** One for each file without fault, its path being the uri. Whether there is what it refers to is not checked yet. */
  readonly schemas: readonly PreparedSchema[]
  readonly faults: readonly ImportFault[]
}

/** Where an import goes. */
export interface ImportTarget {
  readonly domainId: string
  /** The hub's own, without a slash at its end. */
  readonly origin: string
}

/**
 * Prepares the files of an archive as schemas of a domain. A reference leads to the file that has the absolute identity it names, else to
 * the one that lies where it points. Each file must be JSON in UTF-8, with an identity that no other one has. Never rejects, and lets
 * others have their turn between files.
 */
export async function planImport(files: readonly ArchiveFile[], target: ImportTarget): Promise<ImportPlan> {
  const read: ReadFile[] = []
  for (const { path, content } of files) {
    read.push({ file: path, ...readJson(content) })
    await setImmediate()
  }
  const names = namesOf(read, target)
  const known = new Map(
    [...names].map(([id, [file = '']]) => [id, locationOf({ domainId: target.domainId, uri: file })]),
  )
  const planned: ReturnType<typeof plannedFile>[] = []
  for (const each of read) {
    planned.push(plannedFile(each, names, { ...target, known }))
    await setImmediate()
  }
  return {
    schemas: planned.flatMap(({ schema }) => schema ?? []),
    faults: planned.flatMap(({ faults }) => faults),
  }
}

interface ReadFile {
  readonly file: string
  readonly value?: unknown
  readonly fault?: TextFault
}

/** The files by their absolute identities. */
type Names = ReadonlyMap<string, readonly string[]>

function namesOf(read: readonly ReadFile[], target: ImportTarget): Names {
  const named = read.flatMap((each) => {
    const id = identityOf(each, target)
    return id === undefined || uriFault(each.file) !== undefined ? [] : [{ id, file: each.file }]
  })
  const groups = Map.groupBy(named, ({ id }) => id)
  return new Map([...groups].map(([id, group]) => [id, group.map(({ file }) => file)]))
}

function identityOf({ value }: ReadFile, { origin }: ImportTarget): string | undefined {
  if (!isJsonObject(value)) return undefined
  return absoluteIdentity(value, dialectNamed(value.$schema) ?? 'draft-07', origin)
}

function plannedFile(
  read: ReadFile,
  names: Names,
  options: ImportTarget & { readonly known: ReadonlyMap<string, string> },
): { readonly schema?: PreparedSchema; readonly faults: readonly ImportFault[] } {
  const { file, value, fault } = read
  if (fault) return { faults: [textFault(file, fault)] }
  const schema = prepareSchema(value, { ...options, uri: file })
  const faults = schema.faults.map(({ path, message }) => ({
    file,
    path,
    message: `File "${shown(file)}": ${message}`,
  }))
  const id = identityOf(read, options)
  const [first] = (id !== undefined && names.get(id)) || [file]
  if (id !== undefined && first !== undefined && first !== file) faults.push(sameNameFault(file, first, id))
  return faults.length > 0 ? { faults } : { schema, faults }
}

function textFault(file: string, { line, column, reason }: TextFault): ImportFault {
  const place = line === undefined ? '' : ` at line ${line}, column ${column}`
  const message = `Cannot read file "${shown(file)}" as it must be JSON in UTF-8: ${reason}${place}`
  return { file, path: '', line, column, message }
}

function sameNameFault(file: string, first: string, id: string) {
  const message = `Cannot take file "${shown(file)}" as its identity must be its own: file "${shown(first)}" has "${shown(id)}" too`
  return { file, path: '', message }
}
