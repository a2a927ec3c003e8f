import { encodedUri, isInHub, locationOf, placeOf, type SchemaPlace, withoutOrigin } from '#lib/schema-location'
import { type Addresses, type Base, pathOf, placedAt, resolved } from './base.ts'
import { childrenOf, type Dialect, grammarOf } from './dialect.ts'
import { pointerKeys, pointerTo, valuesOnTheWay } from './json-pointer.ts'
import { type Fault, isJsonObject, isSchema, type JsonObject, type JsonSchema, shown } from './json-schema.ts'

const deepestSchema = 64
const mostSchemas = 20_000
/** In UTF-16 units, of all identities and references when they are written in full: each may be far longer than it was. */
const longestAddresses = 4_194_304

/** A part of a schema that has an identity of its own, or the whole. */
export interface Resource {
  readonly root: JsonObject
  /** How it is referred to in the store, without fragment. */
  readonly stored: string
  /** What its own references and identities are relative to. */
  readonly base: Base
  readonly anchors: Map<string, JsonObject>
}

/** A schema within a schema, or the whole. */
export interface Subschema {
  readonly node: JsonObject
  /** JSON pointer from the whole; '' = the whole. */
  readonly path: string
  readonly depth: number
  readonly resource: Resource
}

/**
 * Where the schemas within a schema are: what keywords of its dialect hold, and, as soon as it was asked for, what a fragment leads to
 * elsewhere. What stands in `enum`, `const`, `default` and `examples` is data, and none.
 */
export class SchemaIndex {
  /** In the order of the text; grows while `target` leads to more. */
  readonly subschemas: Subschema[] = []
  /** Parts with an identity of their own. */
  readonly resources: Resource[] = []
  readonly whole: Resource
  readonly #dialect: Dialect
  readonly #byNode = new Map<JsonObject, Subschema>()
  readonly #byAddress = new Map<string, Resource>()
  #fault: Fault | undefined
  #spent = 0

  /** `root` must have passed `valueFaults`. */
  constructor(root: JsonObject, dialect: Dialect, place: SchemaPlace, base: Base) {
    this.#dialect = dialect
    this.whole = { root, stored: locationOf(place), base, anchors: new Map() }
    this.#name(this.whole, base)
    this.#add({ node: root, path: '', depth: 1, resource: this.whole })
  }

  /** Why there is no telling where all schemas are; undefined = they were found. */
  get fault(): Fault | undefined {
    return this.#fault
  }

  /** Counts what an identity or a reference is written in full; too much in all is a fault. */
  spend(text = ''): void {
    this.#spent += text.length
    if (this.#spent <= longestAddresses) return
    this.#refuse(`its references, written in full, must not have more than ${longestAddresses} characters`)
  }

  /** The part that has an address, or the whole; undefined = neither has. */
  at(address: string | undefined): Resource | undefined {
    return address === undefined ? undefined : this.#byAddress.get(address)
  }

  /** The schema that a fragment (without '#') leads to within a resource; undefined = none is known to be there. */
  find(resource: Resource, fragment: string): JsonSchema | undefined {
    const found = this.#valuesTo(resource, fragment)?.values.at(-1)
    return isSchema(found) && (typeof found === 'boolean' || this.#byNode.has(found)) ? found : undefined
  }

  /** As `find`, but what no keyword holds is a schema by being referred to from within. */
  target(resource: Resource, fragment: string): JsonSchema | undefined {
    const way = this.#valuesTo(resource, fragment)
    const found = way?.values.at(-1)
    if (way === undefined || !isSchema(found)) return undefined
    if (isJsonObject(found) && !this.#byNode.has(found)) this.#admit(found, way.values, way.keys)
    return found
  }

  #valuesTo({ root, anchors }: Resource, fragment: string) {
    const text = decodedFragment(fragment)
    if (text === undefined) return undefined
    const keys = pointerKeys(text)
    if (keys === undefined) return { values: [anchors.get(text)], keys: [] }
    const values = valuesOnTheWay(root, keys)
    return values && { values, keys }
  }

  #admit(node: JsonObject, values: readonly unknown[], keys: readonly string[]): void {
    const nearest = values.findLastIndex((value) => isJsonObject(value) && this.#byNode.has(value))
    const parent = this.#byNode.get(values[nearest] as JsonObject)
    if (parent === undefined) return
    const path = keys.slice(nearest).reduce(pointerTo, parent.path)
    this.#add({ node, path, depth: parent.depth + 1, resource: parent.resource })
  }

  #add(first: Subschema): void {
    const open = [first]
    for (let found = open.pop(); found; found = open.pop()) {
      if (this.#byNode.has(found.node)) continue
      if (found.depth > deepestSchema) this.#refuse(`schemas in it must not nest deeper than ${deepestSchema} levels`)
      if (this.subschemas.length === mostSchemas) this.#refuse(`it must not hold more than ${mostSchemas} schemas`)
      if (this.#fault) return
      const { node, path, depth } = found
      const resource = this.#resourceOf(found)
      this.#byNode.set(node, { ...found, resource })
      this.subschemas.push({ ...found, resource })
      for (const child of childrenOf(node, this.#dialect).reverse())
        open.push({ node: child.node, path: child.keys.reduce<string>(pointerTo, path), depth: depth + 1, resource })
    }
  }

  #refuse(reason: string): void {
    this.#fault ??= { path: '', message: `Cannot take the schema as ${reason}` }
  }

  #resourceOf({ node, resource: outer }: Subschema): Resource {
    const { anchorKeywords, hasAnchorIds } = grammarOf(this.#dialect)
    const [id = '', anchor = ''] = node === this.whole.root ? [] : identityOf(node, this.#dialect)
    const resource = id === '' ? outer : this.#partNamed(id, node, outer)
    const anchors = [...(hasAnchorIds ? [anchor] : []), ...anchorKeywords.map((keyword) => node[keyword])]
    for (const name of anchors)
      if (typeof name === 'string' && name !== '' && !resource.anchors.has(name)) resource.anchors.set(name, node)
    return resource
  }

  #partNamed(id: string, root: JsonObject, { base }: Resource): Resource {
    const own = this.whole.stored
    const text = withoutOrigin(id, base.origin)
    const path = isInHub(text) ? pathInHub(text) : undefined
    const { named, placed } = path === undefined ? resolved(base, text) : { named: undefined, placed: placedAt(path) }
    const stored = placed === undefined ? (named ?? text) : `${own}?${pathOf(placed)}`
    const part = { root, stored, base: { named, placed, origin: base.origin }, anchors: new Map<string, JsonObject>() }
    this.spend(stored)
    if (this.#byAddress.has(stored))
      this.#refuse(`each identity must be of one part alone: "${shown(id)}" is of several`)
    this.resources.push(part)
    this.#name(part, part.base)
    return part
  }

  #name(resource: Resource, { named, placed }: Addresses): void {
    for (const address of [named, placed, resource.stored])
      if (address !== undefined && !this.#byAddress.has(address)) this.#byAddress.set(address, resource)
  }
}

/** The path in the domain of a part that the hub has identified, and what to take for it where it has identified a whole. */
function pathInHub(id: string): string {
  const place = placeOf(id)
  return cut(id, '?')[1] ?? (place ? encodedUri(place.uri) : id.slice(1))
}

/** The identity of a schema within another, without its fragment, and the fragment; none where it does not count. */
export function identityOf(node: JsonObject, dialect: Dialect): readonly [string?, string?] {
  const { idKeyword, hasRefSiblings } = grammarOf(dialect)
  const id = node[idKeyword]
  if (typeof id !== 'string' || (!hasRefSiblings && typeof node.$ref === 'string')) return []
  return cut(id, '#')
}

/** What stands before the first `separator`, and what stands behind it; undefined = there is none. */
export function cut(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + separator.length)]
}

function decodedFragment(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment)
  } catch {
    return undefined
  }
}
