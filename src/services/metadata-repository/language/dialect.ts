import { isJsonObject, type JsonObject, shown } from './json-schema.ts'

/** The dialects of JSON Schema that the repository takes. */
export const dialects = ['draft-04', 'draft-06', 'draft-07', '2019-09', '2020-12'] as const

/** One of the dialects. */
export type Dialect = (typeof dialects)[number]

/** What a keyword holds: a schema, an array of schemas, either of these, or an object of schemas by names. */
type Holding = 'schema' | 'list' | 'schema or list' | 'map'

/** Which keywords hold schemas, and how. */
type Holdings = ReadonlyMap<string, Holding>

/** What tells one dialect from another, as far as identities and references go. */
interface Grammar {
  /** `$schema` without scheme, host's case and trailing '#'. */
  readonly metaSchema: string
  readonly idKeyword: '$id' | 'id'
  /** Keywords whose value is an anchor. */
  readonly anchorKeywords: readonly string[]
  /** Whether an identity that begins with '#' is an anchor. */
  readonly hasAnchorIds: boolean
  /** Whether what stands beside a `$ref` counts; otherwise only definitions are looked at there. */
  readonly hasRefSiblings: boolean
  readonly holdings: Holdings
}

/** Both are found in schemas of every dialect, whichever it names. */
const definitions = ['definitions', '$defs']

const inDraft04: Holdings = new Map([
  ...each('map', ...definitions, 'dependencies', 'patternProperties', 'properties'),
  ...each('list', 'allOf', 'anyOf', 'oneOf'),
  ...each('schema or list', 'items'),
  ...each('schema', 'additionalItems', 'additionalProperties', 'not'),
])
const inDraft06: Holdings = new Map([...inDraft04, ...each('schema', 'contains', 'propertyNames')])
const inDraft07: Holdings = new Map([...inDraft06, ...each('schema', 'if', 'then', 'else')])
const in2019: Holdings = new Map([
  ...inDraft07,
  ...each('map', 'dependentSchemas'),
  ...each('schema', 'contentSchema', 'unevaluatedItems', 'unevaluatedProperties'),
])
const in2020: Holdings = new Map([
  ...[...in2019].filter(([keyword]) => keyword !== 'additionalItems'),
  ...each('list', 'prefixItems'),
  ...each('schema', 'items'),
])

function each(holding: Holding, ...keywords: readonly string[]): [string, Holding][] {
  return keywords.map((keyword) => [keyword, holding])
}

const former = { idKeyword: '$id', anchorKeywords: [], hasAnchorIds: true, hasRefSiblings: false } as const
const recent = { idKeyword: '$id', hasAnchorIds: false, hasRefSiblings: true } as const

const grammars: Readonly<Record<Dialect, Grammar>> = {
  'draft-04': {
    ...former,
    metaSchema: 'json-schema.org/draft-04/schema',
    idKeyword: 'id',
    holdings: inDraft04,
  },
  'draft-06': {
    ...former,
    metaSchema: 'json-schema.org/draft-06/schema',
    holdings: inDraft06,
  },
  'draft-07': {
    ...former,
    metaSchema: 'json-schema.org/draft-07/schema',
    holdings: inDraft07,
  },
  '2019-09': {
    ...recent,
    metaSchema: 'json-schema.org/draft/2019-09/schema',
    anchorKeywords: ['$anchor'],
    holdings: in2019,
  },
  '2020-12': {
    ...recent,
    metaSchema: 'json-schema.org/draft/2020-12/schema',
    anchorKeywords: ['$anchor', '$dynamicAnchor'],
    holdings: in2020,
  },
}

const generalMetaSchema = 'json-schema.org/schema'

/** What holds for a dialect. */
export function grammarOf(dialect: Dialect): Grammar {
  return grammars[dialect]
}

/**
 * The dialect that a value of `$schema` names, over http or https, with or without '#' at its end. None, and the general
 * `http://json-schema.org/schema#`, is draft-07. Undefined = one that the repository does not know.
 */
export function dialectNamed($schema: unknown): Dialect | undefined {
  if ($schema === undefined) return 'draft-07'
  if (typeof $schema !== 'string') return undefined
  const named = $schema.replace(/^https?:\/\//i, '').replace(/#$/, '')
  if (named === generalMetaSchema) return 'draft-07'
  return dialects.find((dialect) => grammars[dialect].metaSchema === named)
}

/** Why no dialect is known by a value of `$schema`. */
export function dialectFault($schema: unknown): string {
  const named = typeof $schema === 'string' ? `"${shown($schema)}"` : 'no string'
  const known = dialects.map((dialect) => `"http://${grammars[dialect].metaSchema}"`).join(', ')
  return `Cannot read the schema as "$schema" must be one of ${known}: it is ${named}`
}

/** A schema within another, and the keys that lead to it. */
export interface Child {
  readonly node: JsonObject
  readonly keys: readonly (string | number)[]
}

/** The schemas that the keywords of a schema hold, one level down and in the order of the text; booleans left out. */
export function childrenOf(node: JsonObject, dialect: Dialect): Child[] {
  const { holdings, hasRefSiblings } = grammars[dialect]
  const isReference = !hasRefSiblings && typeof node.$ref === 'string'
  return Object.entries(node).flatMap(([keyword, value]) => {
    const holding = holdings.get(keyword)
    if (holding === undefined || (isReference && !definitions.includes(keyword))) return []
    return heldBy(holding, value).map(({ node, keys }) => ({ node, keys: [keyword, ...keys] }))
  })
}

function heldBy(holding: Holding, value: unknown): Child[] {
  if (Array.isArray(value)) {
    if (holding !== 'list' && holding !== 'schema or list') return []
    return value.flatMap((node, index) => (isJsonObject(node) ? [{ node, keys: [index] }] : []))
  }
  if (!isJsonObject(value) || holding === 'list') return []
  if (holding !== 'map') return [{ node: value, keys: [] }]
  return Object.entries(value).flatMap(([name, node]) => (isJsonObject(node) ? [{ node, keys: [name] }] : []))
}
