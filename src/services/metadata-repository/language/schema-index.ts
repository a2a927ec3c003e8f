import { type Addresses, type Base, resolved } from './base.ts'
import { childrenOf, type Dialect, grammarOf } from './dialect.ts'
import { pointerKeys, pointerTo, valuesOnTheWay } from './json-pointer.ts'
import { type Fault, isJsonObject, isSchema, type JsonObject, type JsonSchema } from './json-schema.ts'
import { isInHub, withoutOrigin } from './location.ts'

const deepestSchema = 64
const mostSchemas = 20_000

/** A part of a schema that has an identity of its own, or the whole. */
export interface Resource {
  readonly root: JsonObject
  /** The identity that it has within the whole, without fragment and the hub's origin; undefined = it is the whole. */
  readonly id: string | undefined
  /** What its own references and identities are relative to. */
  readonly base: Base
  /** What it may be referred to by, beside `id`. */
  readonly addresses: Addresses
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

  /** `root` must have passed `valueFaults`. */
  constructor(root: JsonObject, dialect: Dialect, base: Base) {
    this.#dialect = dialect
    this.whole = { root, id: undefined, base, addresses: base, anchors: new Map() }
    this.#name(this.whole, [base.named, base.placed])
    this.#add({ node: root, path: '', depth: 1, resource: this.whole })
  }

  /** Why there is no telling where all schemas are; undefined = they were found. */
  get fault(): Fault | undefined {
    return this.#fault
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
      this.#fault ??= this.#boundFault(found)
      if (this.#fault) return
      const { node, path, depth } = found
      const resource = this.#resourceOf(found)
      this.#byNode.set(node, { ...found, resource })
      this.subschemas.push({ ...found, resource })
      for (const child of childrenOf(node, this.#dialect).reverse())
        open.push({ node: child.node, path: child.keys.reduce<string>(pointerTo, path), depth: depth + 1, resource })
    }
  }

  #boundFault({ depth }: Subschema): Fault | undefined {
    if (depth > deepestSchema)
      return {
        path: '',
        message: `Cannot take the schema as schemas in it must not nest deeper than ${deepestSchema} levels`,
      }
    if (this.subschemas.length < mostSchemas) return undefined
    return { path: '', message: `Cannot take the schema as it must not hold more than ${mostSchemas} schemas` }
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

  /** What the hub itself has named, it has named for the sake of others: what is relative within is so to the outer base. */
  #partNamed(id: string, root: JsonObject, { base }: Resource): Resource {
    const text = withoutOrigin(id, base.origin)
    const addresses = isInHub(text) ? { named: text, placed: undefined } : resolved(base, text)
    const own = isInHub(text) ? base : { ...base, ...addresses }
    const part = { root, id: text, base: own, addresses, anchors: new Map<string, JsonObject>() }
    this.resources.push(part)
    this.#name(part, [addresses.named, addresses.placed])
    return part
  }

  #name(resource: Resource, addresses: readonly (string | undefined)[]): void {
    for (const address of addresses)
      if (address !== undefined && !this.#byAddress.has(address)) this.#byAddress.set(address, resource)
  }
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
