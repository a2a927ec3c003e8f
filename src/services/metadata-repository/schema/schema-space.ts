import { HubError } from '#lib/errors'
import type { Tx } from '#lib/postgres'
import { mayReferTo, type Reach } from '../access.ts'
import type { Bundle } from '../language/bundle.ts'
import type { Dialect } from '../language/dialect.ts'
import type { JsonSchema } from '../language/json-schema.ts'
import type { CompatibilityMode } from './compatibility.ts'

/** A schema in the text that it has, or is to have. */
export interface KnownSchema {
  /** Undefined = it is not stored yet. */
  readonly id: string | undefined
  readonly location: string
  readonly domainId: string
  readonly uri: string
  readonly version: number
  readonly reach: Reach
  /** By which its changes are checked. */
  readonly mode: CompatibilityMode
  readonly dialect: Dialect
  readonly value: JsonSchema
  readonly refs: readonly string[]
  /** Whether references led nowhere when it was written. */
  readonly hasBroken: boolean
}

/** Schemas by location, and whatever they refer to. */
export type SchemaSpace = ReadonlyMap<string, KnownSchema>

/** Who refers to what. */
export type Referring = Pick<KnownSchema, 'reach' | 'refs'>

/** More is not looked at for one change: twice what an archive holds. */
const MOST_SCHEMAS = 2_000
/** Characters, all together. */
const MOST_TEXT = 67_108_864

interface KnownRow {
  readonly id: string
  readonly tenant_id: string | null
  readonly domain_id: string
  readonly uri: string
  readonly location: string
  readonly version: number
  readonly public: boolean
  readonly mode: CompatibilityMode
  readonly dialect: Dialect
  readonly value: string
  readonly refs: string[]
  readonly has_broken: boolean
}

/** Reads schemas into a space, each once. */
export class SpaceLoader {
  readonly space = new Map<string, KnownSchema>()
  readonly #tx: Tx
  readonly #looked = new Map<string, KnownSchema | undefined>()
  #text = 0

  constructor(tx: Tx) {
    this.#tx = tx
  }

  /** Those that are there, with all that they lead to. Throws `invalid-body` where that is too much. */
  async load(locations: readonly string[]): Promise<KnownSchema[]> {
    await this.#look(locations)
    const there = locations.flatMap((location) => this.#looked.get(location) ?? [])
    for (const each of there) this.space.set(each.location, each)
    await this.follow(there)
    return there
  }

  /** All that these lead to, as far as they may refer to it. Throws `invalid-body` where that is too much. */
  async follow(referring: readonly Referring[]): Promise<void> {
    for (let open = referring; open.length > 0; ) {
      await this.#look([...new Set(open.flatMap(({ refs }) => refs))])
      const next: KnownSchema[] = []
      for (const { reach, refs } of open) {
        for (const target of refs.flatMap((ref) => this.#looked.get(ref) ?? [])) {
          if (this.space.has(target.location) || !mayReferTo(reach, target.reach)) continue
          this.space.set(target.location, target)
          next.push(target)
        }
      }
      open = next
    }
  }

  async #look(locations: readonly string[]): Promise<void> {
    const unknown = locations.filter((location) => !this.#looked.has(location))
    if (unknown.length === 0) return
    for (const location of unknown) this.#looked.set(location, undefined)
    const [size] = await this.#tx.query<{ text: number }>(
      `select coalesce(sum(length(v.value)), 0)::bigint as text from ${CURRENT} where s.location = any ($1::text[])`,
      [unknown],
    )
    this.#text += size?.text ?? 0
    if (this.#looked.size > MOST_SCHEMAS * 10 || this.#text > MOST_TEXT) throw tooMuch()
    const rows = await this.#tx.query<KnownRow>(
      `select s.id, s.tenant_id, s.domain_id, s.uri, s.location, s.version, d.public,
              coalesce(s.compatibility, d.compatibility) as mode, v.dialect, v.value, v.refs,
              v.broken <> '[]' as has_broken
         from ${CURRENT} where s.location = any ($1::text[])`,
      [unknown],
    )
    for (const row of rows) this.#looked.set(row.location, toKnown(row))
    if (this.space.size > MOST_SCHEMAS) throw tooMuch()
  }
}

const CURRENT = `metadata_repository.schema s
  join metadata_repository.domain d on d.id = s.domain_id
  join metadata_repository.schema_version v on v.schema_id = s.id and v.version = s.version`

/** The space with these in place of what is there, or beside it. */
export function overlaid(space: SchemaSpace, changed: readonly KnownSchema[]): SchemaSpace {
  return new Map([...space, ...changed.map((each) => [each.location, each] as const)])
}

/** What a reference leads to in the space; undefined = nothing that it may lead to. */
export function targetOf(space: SchemaSpace, from: Reach, location: string): KnownSchema | undefined {
  const target = space.get(location)
  return target && mayReferTo(from, target.reach) ? target : undefined
}

/** The schema with all that it leads to in the space. */
export function bundleOf(root: KnownSchema, space: SchemaSpace): Bundle {
  const schemas = new Map([[root.location, root]])
  const open = [root]
  for (let from = open.pop(); from; from = open.pop()) {
    for (const ref of from.refs) {
      const target = schemas.has(ref) ? undefined : targetOf(space, from.reach, ref)
      if (target === undefined) continue
      schemas.set(ref, target)
      open.push(target)
    }
  }
  const entries = [...schemas].map(([location, { dialect, value }]) => [location, { dialect, value }] as const)
  return { root: root.location, schemas: Object.fromEntries(entries) }
}

function tooMuch(): HubError {
  return new HubError(
    'invalid-body',
    `Cannot take the schemas as what they lead to must not be more than ${MOST_SCHEMAS} schemas of ${MOST_TEXT} characters`,
  )
}

function toKnown(row: KnownRow): KnownSchema {
  return {
    id: row.id,
    location: row.location,
    domainId: row.domain_id,
    uri: row.uri,
    version: row.version,
    reach: { tenantId: row.tenant_id ?? undefined, public: row.public },
    mode: row.mode,
    dialect: row.dialect,
    value: JSON.parse(row.value),
    refs: row.refs,
    hasBroken: row.has_broken,
  }
}
