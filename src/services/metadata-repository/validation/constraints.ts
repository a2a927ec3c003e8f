import { isSchema, type JsonObject } from '../language/json-schema.ts'
import { isAsserted } from './formats.ts'
import { ALL_TYPES, type Types, typesOf } from './json-type.ts'
import { isSameValue } from './json-value.ts'
import type { SchemaNode, SchemaSet } from './schema-set.ts'

/** A bound of numbers. */
export interface Bound {
  readonly value: number
  readonly isExclusive: boolean
}

/** What a schema demands, keyword by keyword, in one form. Absent keywords are undefined or empty. */
export interface Constraints {
  readonly types: Types
  /** The values that are allowed; undefined = any. */
  readonly values: readonly unknown[] | undefined
  readonly minimum: Bound | undefined
  readonly maximum: Bound | undefined
  readonly multipleOf: number | undefined
  readonly minLength: number
  readonly maxLength: number
  readonly pattern: string | undefined
  readonly format: string | undefined
  readonly prefixItems: readonly SchemaNode[]
  readonly items: SchemaNode | undefined
  readonly minItems: number
  readonly maxItems: number
  readonly uniqueItems: boolean
  readonly contains: { readonly node: SchemaNode; readonly min: number; readonly max: number } | undefined
  readonly properties: ReadonlyMap<string, SchemaNode>
  readonly patterns: ReadonlyMap<string, SchemaNode>
  readonly additional: SchemaNode | undefined
  readonly required: readonly string[]
  readonly minProperties: number
  readonly maxProperties: number
  readonly propertyNames: SchemaNode | undefined
  readonly dependentRequired: ReadonlyMap<string, readonly string[]>
  readonly dependentSchemas: ReadonlyMap<string, SchemaNode>
  /** Schemas that must hold as well: `allOf` and what `$ref` leads to. */
  readonly all: readonly SchemaNode[]
  readonly any: readonly SchemaNode[] | undefined
  readonly one: readonly SchemaNode[] | undefined
  readonly not: SchemaNode | undefined
  readonly conditional:
    | { readonly if: SchemaNode; readonly met: SchemaNode | undefined; readonly unmet: SchemaNode | undefined }
    | undefined
  readonly unevaluatedProperties: SchemaNode | undefined
  /** Keywords whose meaning is not known here. */
  readonly opaque: readonly string[]
}

const known = new WeakMap<SchemaNode, Constraints>()

/** The constraints of a node, read once. A boolean schema has none of its own: ask the node. */
export function constraintsOf(node: SchemaNode): Constraints {
  const found = known.get(node)
  if (found) return found
  const constraints = read(node.set, node)
  known.set(node, constraints)
  return constraints
}

function read(set: SchemaSet, node: SchemaNode): Constraints {
  const schema: JsonObject = typeof node.schema === 'boolean' ? {} : node.schema
  const child = (...segments: string[]) => set.child(node, ...segments)
  const list = (keyword: string) => {
    const value = schema[keyword]
    return Array.isArray(value) ? value.flatMap((_, index) => child(keyword, String(index)) ?? []) : undefined
  }
  const map = (keyword: string) =>
    new Map(namesIn(schema[keyword]).flatMap((name) => pairOf(name, child(keyword, name))))
  const { references, opaque } = followReferences(set, node, schema)
  const condition = child('if')
  return {
    types: schema.type === undefined ? ALL_TYPES : typesOf(schema.type),
    values: valuesOf(schema),
    ...numbersOf(schema),
    minLength: countOf(schema.minLength, 0),
    maxLength: countOf(schema.maxLength, Number.POSITIVE_INFINITY),
    pattern: textOf(schema.pattern),
    format: formatOf(schema.format),
    prefixItems: list('prefixItems') ?? [],
    items: child('items'),
    minItems: countOf(schema.minItems, 0),
    maxItems: countOf(schema.maxItems, Number.POSITIVE_INFINITY),
    uniqueItems: schema.uniqueItems === true,
    contains: containsOf(schema, child('contains')),
    properties: map('properties'),
    patterns: map('patternProperties'),
    additional: child('additionalProperties'),
    required: textsOf(schema.required),
    minProperties: countOf(schema.minProperties, 0),
    maxProperties: countOf(schema.maxProperties, Number.POSITIVE_INFINITY),
    propertyNames: child('propertyNames'),
    dependentRequired: new Map(
      namesIn(schema.dependentRequired).map((name) => [name, textsOf((schema.dependentRequired as JsonObject)[name])]),
    ),
    dependentSchemas: map('dependentSchemas'),
    all: [...(list('allOf') ?? []), ...references],
    any: list('anyOf'),
    one: list('oneOf'),
    not: child('not'),
    conditional: condition && { if: condition, met: child('then'), unmet: child('else') },
    unevaluatedProperties: child('unevaluatedProperties'),
    opaque: isSchema(schema.unevaluatedItems) ? [...opaque, 'unevaluatedItems'] : opaque,
  }
}

function followReferences(set: SchemaSet, node: SchemaNode, { $ref, $dynamicRef }: JsonObject) {
  const references: SchemaNode[] = []
  const opaque: string[] = []
  const follow = (keyword: string, target: SchemaNode | undefined) => {
    if (target) references.push(target)
    else opaque.push(keyword)
  }
  if (typeof $ref === 'string') follow('$ref', set.resolve(node, $ref))
  // It may lead to several places.
  if (typeof $dynamicRef === 'string') opaque.push('$dynamicRef')
  return { references, opaque }
}

function valuesOf(schema: JsonObject): readonly unknown[] | undefined {
  const listed = Array.isArray(schema.enum) ? schema.enum : undefined
  if (!Object.hasOwn(schema, 'const')) return listed
  const isConst = (value: unknown) => isSameValue(value, schema.const)
  return listed === undefined ? [schema.const] : listed.filter(isConst)
}

function numbersOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf }: JsonObject) {
  const tighter = (inclusive: unknown, exclusive: unknown, sign: 1 | -1): Bound | undefined => {
    const plain = typeof inclusive === 'number' ? { value: inclusive, isExclusive: false } : undefined
    if (typeof exclusive !== 'number') return plain
    const isTighter = plain === undefined || sign * exclusive >= sign * plain.value
    return isTighter ? { value: exclusive, isExclusive: true } : plain
  }
  return {
    minimum: tighter(minimum, exclusiveMinimum, 1),
    maximum: tighter(maximum, exclusiveMaximum, -1),
    multipleOf: typeof multipleOf === 'number' ? multipleOf : undefined,
  }
}

function containsOf({ minContains, maxContains }: JsonObject, node: SchemaNode | undefined) {
  return node && { node, min: countOf(minContains, 1), max: countOf(maxContains, Number.POSITIVE_INFINITY) }
}

function pairOf(name: string, node: SchemaNode | undefined): [string, SchemaNode][] {
  return node === undefined ? [] : [[name, node]]
}

function namesIn(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : []
}

function countOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** One that demands nothing is none. */
function formatOf(value: unknown): string | undefined {
  return typeof value === 'string' && isAsserted(value) ? value : undefined
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
