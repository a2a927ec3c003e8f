import { type Dialect, dialects, grammarOf } from '../language/dialect.ts'
import { isJsonObject, isSchema, type JsonObject, type JsonSchema } from '../language/json-schema.ts'

/**
 * The schema in the words of draft 2020-12, so that everything behind it knows one language alone. Keywords that its own draft does not know count
 * for nothing there, and so they go, as do those that Ajv alone knows. Pointers of `$ref` follow what they lead to. (JSON Schema specification,
 * appendices "ChangeLog" of each draft)
 */
export function modern(schema: JsonSchema, dialect: Dialect): JsonSchema {
  if (typeof schema === 'boolean') return schema
  const changed = isBeside2019(dialect) ? schema : alone(schema)
  const known = Object.entries(changed).filter(([keyword]) => !isLater(keyword, dialect) && !ofAjv.has(keyword))
  return withoutFormerWords(
    Object.fromEntries(known.map(([keyword, value]) => [keyword, inner(keyword, value, dialect)])),
    dialect,
  )
}

/** No draft has them, and Ajv heeds them. */
const ofAjv = new Set([
  '$async',
  'formatExclusiveMaximum',
  'formatExclusiveMinimum',
  'formatMaximum',
  'formatMinimum',
  'nullable',
])

/** The keywords that each draft brought, of those that matter here. */
const news: readonly (readonly [Dialect, readonly string[]])[] = [
  ['draft-06', ['const', 'contains', 'propertyNames']],
  ['draft-07', ['if', 'then', 'else']],
  [
    '2019-09',
    [
      'dependentRequired',
      'dependentSchemas',
      'unevaluatedItems',
      'unevaluatedProperties',
      'minContains',
      'maxContains',
    ],
  ],
  ['2019-09', ['$anchor', '$recursiveRef', '$recursiveAnchor']],
  ['2020-12', ['prefixItems', '$dynamicRef', '$dynamicAnchor']],
]
const since = new Map(news.flatMap(([dialect, keywords]) => keywords.map((keyword) => [keyword, dialect])))

function isLater(keyword: string, dialect: Dialect): boolean {
  const first = since.get(keyword)
  return first !== undefined && dialects.indexOf(first) > dialects.indexOf(dialect)
}

function isBeside2019(dialect: Dialect): boolean {
  return grammarOf(dialect).hasRefSiblings
}

/** Up to draft-07 nothing beside a `$ref` counts; what others may refer to stays. */
function alone(schema: JsonObject): JsonObject {
  if (typeof schema.$ref !== 'string') return schema
  const { $ref, definitions, $defs } = schema
  return { $ref, ...(definitions !== undefined && { definitions }), ...($defs !== undefined && { $defs }) }
}

function inner(keyword: string, value: unknown, dialect: Dialect): unknown {
  if (keyword === '$ref' && typeof value === 'string') return modernReference(value, dialect)
  const one = (each: unknown) => (isSchema(each) ? modern(each, dialect) : each)
  switch (grammarOf(dialect).holdings.get(keyword)) {
    case 'map':
      return isJsonObject(value)
        ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, one(each)]))
        : value
    case 'list':
    case 'schema or list':
      return Array.isArray(value) ? value.map(one) : one(value)
    case 'schema':
      return one(value)
    default:
      return isData(keyword) ? value : anywhere(value, dialect)
  }
}

/** What the repository does not know may hold schemas that something refers to. */
function anywhere(value: unknown, dialect: Dialect): unknown {
  if (Array.isArray(value)) return value.map((each) => anywhere(each, dialect))
  return isJsonObject(value) ? modern(value, dialect) : value
}

/** Keywords whose values are data, whatever these look like. */
export function isData(keyword: string): boolean {
  return keyword === 'const' || keyword === 'default' || keyword === 'enum' || keyword === 'examples'
}

function withoutFormerWords(schema: Record<string, unknown>, dialect: Dialect): JsonObject {
  const { id, $id, items, additionalItems, dependencies, $recursiveRef, $recursiveAnchor, ...rest } = schema
  const name = dialect === 'draft-04' ? id : $id
  return {
    ...(dialect === 'draft-04' ? withNumericBounds(rest) : rest),
    ...nameOf(name, dialect),
    ...(dialect === '2020-12' ? items !== undefined && { items } : itemsOf(items, additionalItems)),
    ...(isBeside2019(dialect) ? {} : dependentOf(dependencies)),
    ...(dialect === '2019-09' && $recursiveAnchor === true && { $dynamicAnchor: RECURSIVE }),
    ...(dialect === '2019-09' && $recursiveRef !== undefined && { $dynamicRef: `#${RECURSIVE}` }),
  }
}

/** The name by which `$recursiveRef` finds its target. */
export const RECURSIVE = '__recursive__'

function nameOf(name: unknown, dialect: Dialect): JsonObject {
  if (typeof name !== 'string') return {}
  const [base = '', anchor = ''] = name.split('#')
  if (isBeside2019(dialect) || !/^[A-Za-z_][\w.-]*$/.test(anchor)) return base === '' ? {} : { $id: base }
  return { ...(base !== '' && { $id: base }), $anchor: anchor }
}

function itemsOf(items: unknown, additionalItems: unknown): JsonObject {
  if (!Array.isArray(items)) return items === undefined ? {} : { items }
  const prefix = items.length === 0 ? {} : { prefixItems: items }
  return additionalItems === undefined ? prefix : { ...prefix, items: additionalItems }
}

function dependentOf(dependencies: unknown): JsonObject {
  if (!isJsonObject(dependencies)) return {}
  const entries = Object.entries(dependencies)
  const required = entries.filter(([, value]) => Array.isArray(value))
  const schemas = entries.filter(([, value]) => !Array.isArray(value))
  return {
    ...(required.length > 0 && { dependentRequired: Object.fromEntries(required) }),
    ...(schemas.length > 0 && { dependentSchemas: Object.fromEntries(schemas) }),
  }
}

function withNumericBounds({ exclusiveMinimum, exclusiveMaximum, minimum, maximum, ...rest }: JsonObject): JsonObject {
  return {
    ...rest,
    ...(minimum !== undefined && { [exclusiveMinimum === true ? 'exclusiveMinimum' : 'minimum']: minimum }),
    ...(maximum !== undefined && { [exclusiveMaximum === true ? 'exclusiveMaximum' : 'maximum']: maximum }),
  }
}

/** A pointer leads through keywords and, below maps and lists, through names: only the former have changed. */
function modernReference(ref: string, dialect: Dialect): string {
  const [base = '', fragment = ''] = ref.split('#')
  if (!fragment.startsWith('/')) return ref
  const segments = fragment.slice(1).split('/')
  const { holdings } = grammarOf(dialect)
  const renamed: string[] = []
  let isName = false
  for (const [index, segment] of segments.entries()) {
    const isIndex = /^\d+$/.test(segments[index + 1] ?? '')
    renamed.push(isName ? segment : modernKeyword(segment, isIndex, dialect))
    const holding = holdings.get(segment)
    isName = !isName && (holding === 'map' || (holding !== undefined && holding !== 'schema' && isIndex))
  }
  return `${base}#/${renamed.join('/')}`
}

function modernKeyword(keyword: string, isIndex: boolean, dialect: Dialect): string {
  if (keyword === 'items' && isIndex) return 'prefixItems'
  if (keyword === 'additionalItems') return 'items'
  return keyword === 'dependencies' && !isBeside2019(dialect) ? 'dependentSchemas' : keyword
}
