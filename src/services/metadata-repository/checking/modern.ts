import { type Dialect, isSchema, type JsonSchema, type SchemaObject } from './schema.ts'

/**
 * The schema in the words of draft 2020-12, so that everything behind it knows one language alone. Keywords that its own draft does not know count
 * for nothing there, and so they go. Pointers of `$ref` follow what they lead to. (JSON Schema specification, appendices "ChangeLog" of each draft)
 */
export function modern(schema: JsonSchema, dialect: Dialect): JsonSchema {
  if (dialect === '2020-12' || typeof schema === 'boolean') return schema
  const changed = isBeside2019(dialect) ? schema : alone(schema)
  const known = Object.entries(changed).filter(([keyword]) => !isLater(keyword, dialect))
  return withoutFormerWords(
    Object.fromEntries(known.map(([keyword, value]) => [keyword, inner(keyword, value, dialect)])),
    dialect,
  )
}

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

const order: readonly Dialect[] = ['draft-04', 'draft-06', 'draft-07', '2019-09', '2020-12']

function isLater(keyword: string, dialect: Dialect): boolean {
  const first = since.get(keyword)
  return first !== undefined && order.indexOf(first) > order.indexOf(dialect)
}

function isBeside2019(dialect: Dialect): boolean {
  return dialect === '2019-09' || dialect === '2020-12'
}

/** Up to draft-07 nothing beside a `$ref` counts; what others may refer to stays. */
function alone(schema: SchemaObject): SchemaObject {
  if (typeof schema.$ref !== 'string') return schema
  const { $ref, definitions, $defs } = schema
  return { $ref, ...(definitions !== undefined && { definitions }), ...($defs !== undefined && { $defs }) }
}

const single = new Set([
  'additionalItems',
  'additionalProperties',
  'contains',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
])
const lists = new Set(['allOf', 'anyOf', 'items', 'oneOf'])
const maps = new Set(['$defs', 'definitions', 'dependencies', 'dependentSchemas', 'patternProperties', 'properties'])
for (const keyword of ['unevaluatedItems', 'unevaluatedProperties']) single.add(keyword)

function inner(keyword: string, value: unknown, dialect: Dialect): unknown {
  if (keyword === '$ref' && typeof value === 'string') return modernReference(value, dialect)
  if (maps.has(keyword) && isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, isSchema(each) ? modern(each, dialect) : each]),
    )
  if (lists.has(keyword) && Array.isArray(value))
    return value.map((each) => (isSchema(each) ? modern(each, dialect) : each))
  return single.has(keyword) && isSchema(value) ? modern(value, dialect) : value
}

function withoutFormerWords(schema: Record<string, unknown>, dialect: Dialect): SchemaObject {
  const { id, $id, items, additionalItems, dependencies, $recursiveRef, $recursiveAnchor, ...rest } = schema
  const name = dialect === 'draft-04' ? id : $id
  return {
    ...(dialect === 'draft-04' ? withNumericBounds(rest) : rest),
    ...nameOf(name, dialect),
    ...itemsOf(items, additionalItems),
    ...(isBeside2019(dialect) ? {} : dependentOf(dependencies)),
    ...($recursiveAnchor === true && { $dynamicAnchor: RECURSIVE }),
    ...($recursiveRef !== undefined && { $dynamicRef: `#${RECURSIVE}` }),
  }
}

/** The name by which `$recursiveRef` finds its target. */
export const RECURSIVE = '__recursive__'

function nameOf(name: unknown, dialect: Dialect): SchemaObject {
  if (typeof name !== 'string') return {}
  const [base = '', anchor = ''] = name.split('#')
  if (isBeside2019(dialect) || anchor === '') return base === '' ? {} : { $id: base }
  return { ...(base !== '' && { $id: base }), $anchor: anchor }
}

function itemsOf(items: unknown, additionalItems: unknown): SchemaObject {
  if (!Array.isArray(items)) return items === undefined ? {} : { items }
  const prefix = items.length === 0 ? {} : { prefixItems: items }
  return additionalItems === undefined ? prefix : { ...prefix, items: additionalItems }
}

function dependentOf(dependencies: unknown): SchemaObject {
  if (!isObject(dependencies)) return {}
  const entries = Object.entries(dependencies)
  const required = entries.filter(([, value]) => Array.isArray(value))
  const schemas = entries.filter(([, value]) => !Array.isArray(value))
  return {
    ...(required.length > 0 && { dependentRequired: Object.fromEntries(required) }),
    ...(schemas.length > 0 && { dependentSchemas: Object.fromEntries(schemas) }),
  }
}

function withNumericBounds({
  exclusiveMinimum,
  exclusiveMaximum,
  minimum,
  maximum,
  ...rest
}: SchemaObject): SchemaObject {
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
  const renamed: string[] = []
  let isName = false
  for (const [index, segment] of segments.entries()) {
    const isIndex = /^\d+$/.test(segments[index + 1] ?? '')
    renamed.push(isName ? segment : modernKeyword(segment, isIndex, dialect))
    isName = !isName && (maps.has(segment) || (lists.has(segment) && isIndex))
  }
  return `${base}#/${renamed.join('/')}`
}

function modernKeyword(keyword: string, isIndex: boolean, dialect: Dialect): string {
  if (keyword === 'items' && isIndex) return 'prefixItems'
  if (keyword === 'additionalItems') return 'items'
  return keyword === 'dependencies' && !isBeside2019(dialect) ? 'dependentSchemas' : keyword
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
