import type { Ajv, ErrorObject } from 'ajv'
import Ajv06 from 'ajv'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import draft06 from 'ajv/dist/refs/json-schema-draft-06.json' with { type: 'json' }
import Ajv04 from 'ajv-draft-04'
import { messageOf } from '#lib/errors'
import type { Bundle } from '../language/bundle.ts'
import { childrenOf, type Dialect } from '../language/dialect.ts'
import { pointerTo } from '../language/json-pointer.ts'
import { type Fault, isJsonObject, type JsonSchema, shown } from '../language/json-schema.ts'
import { constraintsOf } from './constraints.ts'
import { rootOfBundle, type SchemaNode } from './schema-set.ts'

/** Faults that are told of one schema. */
const MOST_FAULTS = 50

/** What is wrong in the root schema of a bundle; none = it can be used. A reference that leads nowhere is no fault here. */
export function inspectSchema(bundle: Bundle): Fault[] {
  const stored = bundle.schemas[bundle.root]
  if (stored === undefined) throw new Error(`Cannot look at schema "${bundle.root}" as it must be in its bundle`)
  const formal = formalFaults(stored.value, stored.dialect)
  const faults = [...formal, ...patternFaults(stored.value, stored.dialect)]
  if (faults.length > 0) return faults.slice(0, MOST_FAULTS)
  const root = rootOfBundle(bundle)
  const loop = findLoop(root)
  const message = 'must not refer to itself without going further inside of the value'
  return loop === undefined ? [] : [{ path: loop.location === root.location ? loop.path : '', message }]
}

function formalFaults(value: JsonSchema, dialect: Dialect): Fault[] {
  const ajv = metaSchemaOf(dialect)
  const { $schema, ...schema } = typeof value === 'object' ? value : { $schema: undefined }
  const subject = typeof value === 'boolean' ? value : schema
  if (ajv.validate(META_SCHEMA[dialect], subject)) return []
  const faults = (ajv.errors ?? []).filter(isCause).map(({ instancePath, message = 'is not valid', params }) => {
    const allowed = Array.isArray(params.allowedValues) ? `: ${params.allowedValues.join(', ')}` : ''
    return { path: instancePath, message: `${message}${allowed}` }
  })
  return distinct(faults).slice(0, MOST_FAULTS)
}

/** That no alternative fits says less than why each does not. */
function isCause({ keyword }: ErrorObject): boolean {
  return keyword !== 'if'
}

function distinct(faults: readonly Fault[]): Fault[] {
  return [...new Map(faults.map((fault) => [`${fault.path} ${fault.message}`, fault])).values()]
}

const META_SCHEMA: Readonly<Record<Dialect, string>> = {
  'draft-04': 'http://json-schema.org/draft-04/schema',
  'draft-06': 'http://json-schema.org/draft-06/schema',
  'draft-07': 'http://json-schema.org/draft-07/schema',
  '2019-09': 'https://json-schema.org/draft/2019-09/schema',
  '2020-12': 'https://json-schema.org/draft/2020-12/schema',
}

const made = new Map<Dialect, Ajv>()

function metaSchemaOf(dialect: Dialect): Ajv {
  const known = made.get(dialect)
  if (known) return known
  const ajv = createMetaAjv(dialect)
  made.set(dialect, ajv)
  return ajv
}

function createMetaAjv(dialect: Dialect): Ajv {
  const options = { strict: false, allErrors: true, logger: false } as const
  const ajv = ((): Ajv => {
    if (dialect === 'draft-04') return new Ajv04.default(options)
    if (dialect === '2019-09') return new Ajv2019(options)
    return dialect === '2020-12' ? new Ajv2020(options) : new Ajv06.default(options)
  })()
  if (dialect === 'draft-06') ajv.addMetaSchema(draft06)
  return ajv
}

/** Ajv leaves formats out where it checks schemas. */
function patternFaults(value: JsonSchema, dialect: Dialect, path = ''): Fault[] {
  if (typeof value === 'boolean') return []
  const { pattern, patternProperties } = value
  const own = typeof pattern === 'string' ? patternFault(pattern, `${path}/pattern`) : []
  const names = isJsonObject(patternProperties) ? Object.keys(patternProperties) : []
  const inner = childrenOf(value, dialect).flatMap(({ node, keys }) =>
    patternFaults(node, dialect, keys.reduce(pointerTo, path)),
  )
  return [
    ...own,
    ...names.flatMap((name) => patternFault(name, ['patternProperties', name].reduce(pointerTo, path))),
    ...inner,
  ]
}

function patternFault(pattern: string, path: string): Fault[] {
  try {
    new RegExp(pattern, 'u')
    return []
  } catch (error) {
    return [{ path, message: `must be a regular expression: ${shown(messageOf(error))}` }]
  }
}

/** A schema that would be asked for again and again at the same place of a value; undefined = there is none. */
export function findLoop(root: SchemaNode): SchemaNode | undefined {
  const done = new Set<SchemaNode>()
  const path = new Set<SchemaNode>()

  function visit(node: SchemaNode): SchemaNode | undefined {
    if (path.has(node)) return node
    if (done.has(node)) return undefined
    path.add(node)
    const { here, inside } = neighboursOf(node)
    const loop = firstOf(here, visit)
    path.delete(node)
    done.add(node)
    pending.push(...inside)
    return loop
  }

  const pending = [root]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const loop = done.has(node) ? undefined : visit(node)
    if (loop) return loop
  }
  return undefined
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}

/** The schemas that are applied to the same value, and those that are applied to parts of it. */
function neighboursOf(node: SchemaNode): { here: SchemaNode[]; inside: SchemaNode[] } {
  const constraints = constraintsOf(node)
  const { all, any = [], one = [], not, conditional, dependentSchemas } = constraints
  const { prefixItems, items, contains, properties, patterns, additional, propertyNames, unevaluatedProperties } =
    constraints
  const here = [
    ...all,
    ...any,
    ...one,
    not,
    conditional?.if,
    conditional?.met,
    conditional?.unmet,
    ...dependentSchemas.values(),
  ]
  const inside = [
    ...prefixItems,
    items,
    contains?.node,
    ...properties.values(),
    ...patterns.values(),
    additional,
    propertyNames,
    unevaluatedProperties,
  ]
  const isThere = (each: SchemaNode | undefined) => each !== undefined
  return { here: here.filter(isThere), inside: inside.filter(isThere) }
}
