import { constraintsOf } from '../validation/constraints.ts'
import { isMultiple } from '../validation/decimal.ts'
import {
  ARRAY,
  BOOLEAN,
  FRACTION,
  INTEGER,
  NULL,
  NUMBER,
  OBJECT,
  STRING,
  type Types,
  typeOf,
} from '../validation/json-type.ts'
import { matches } from '../validation/pattern.ts'
import type { SchemaSet } from '../validation/schema-set.ts'
import { arrayFactsOf } from './array-facts.ts'
import { type Branch, branchesOf, type Conjunction } from './branch.ts'
import { closingsOf } from './closing.ts'
import { keepsBound, type NumberFacts, numberFactsOf } from './number-facts.ts'
import { type ObjectFacts, objectFactsOf } from './object-facts.ts'
import { type TextFacts, textFactsOf, textsOf } from './text-facts.ts'

/** Values to look for examples among are few at each place: those of a deep schema multiply. */
const MOST = 4
const DEEPEST = 8

/** What was found before, by the set of the first schema: inside of a deep schema the same is asked for again and again. */
const known = new WeakMap<SchemaSet, Map<string, readonly unknown[]>>()

/** Some values that schemas which all hold may take; not all of them do, so whoever uses one checks it. */
export function samplesOf(conjunction: Conjunction, depth = 0): readonly unknown[] {
  if (depth > DEEPEST) return []
  const [first] = conjunction
  const found = first && (known.get(first.set) ?? new Map<string, readonly unknown[]>())
  const key = `${depth} ${conjunction.map(({ id }) => id).join(' ')}`
  const before = found?.get(key)
  if (before !== undefined) return before
  const lists: unknown[][] = []
  for (const branch of branchesOf(conjunction)) {
    const ofBranch = samplesOfBranch(branch, branch.types, depth)
    if (ofBranch.length > 0) lists.push(ofBranch)
    // One of each is taken first.
    if (lists.length === MOST) break
  }
  const samples = spread(lists, MOST)
  if (first && found) known.set(first.set, found.set(key, samples))
  return samples
}

/** Some values of these types that a branch may take. */
export function samplesOfBranch(branch: Branch, types: Types, depth = 0): unknown[] {
  const ofType = (value: unknown) => (typeOf(value) & types) !== 0
  if (branch.values !== undefined) return branch.values.filter(ofType).slice(0, MOST)
  const all = branch.nodes.map(constraintsOf)
  const kinds: unknown[][] = []
  if ((types & OBJECT) !== 0) kinds.push(objectsOf(branch, depth))
  if ((types & STRING) !== 0) kinds.push(sampleTexts(textFactsOf(all), []))
  if ((types & NUMBER) !== 0) kinds.push(numbersOf(numberFactsOf(all, types), types, []))
  if ((types & ARRAY) !== 0) kinds.push(arraysOf(branch, depth))
  if ((types & BOOLEAN) !== 0) kinds.push([true, false])
  if ((types & NULL) !== 0) kinds.push([null])
  return spread(kinds, MOST + 2)
}

/** Numbers that are known to be possible, near its bounds and near `hints`. */
export function numbersOf(facts: NumberFacts, types: Types, hints: readonly number[]): number[] {
  const { minimum, maximum, multiplesOf } = facts
  const edges = [...hints, minimum?.value, maximum?.value, 0, 1].filter((edge) => edge !== undefined)
  const steps = [1, 10, ...multiplesOf]
  const near = edges.flatMap((edge) =>
    steps.flatMap((step) => [edge, edge - step, edge + step, roundTo(edge, step), roundTo(edge, step) + step]),
  )
  const candidates = [...near, ...edges.flatMap((edge) => [edge - 0.5, edge + 0.5, edge + 0.001, edge - 0.001])]
  return [...new Set(candidates)].filter(
    (value) =>
      Number.isFinite(value) &&
      (typeOf(value) & types & (INTEGER | FRACTION)) !== 0 &&
      (minimum === undefined || keepsBound({ value, isExclusive: false }, minimum, 1)) &&
      (maximum === undefined || keepsBound({ value, isExclusive: false }, maximum, -1)) &&
      multiplesOf.every((divisor) => isMultiple(value, divisor)),
  )
}

function roundTo(value: number, step: number): number {
  // Decimal digits, as 3 * 0.1 is no multiple of 0.1.
  return Number((Math.floor(value / step) * step).toPrecision(12))
}

/** Texts that are possible as far as lengths and patterns tell, among them such as have one of `lengths`. */
export function sampleTexts(facts: TextFacts, lengths: readonly number[]): string[] {
  const { minLength, maxLength, patterns, formats } = facts
  const byFormat = formats.flatMap((format) => formatted[format] ?? [])
  const asked = lengths.flatMap((length) =>
    textsOf({ ...facts, minLength: Math.max(minLength, length), maxLength: Math.min(maxLength, length) }, 1),
  )
  const byPattern = patterns.length > 0 || minLength > 0 ? textsOf(facts, MOST) : ['', 'text', 'Another Text 1']
  return [...new Set([...byFormat, ...asked, ...byPattern])].filter(({ length }) => length <= 100_000)
}

/** What some well-known formats look like. (RFC 3339, 3986, 4122, 5321, …) */
const formatted: Readonly<Record<string, readonly string[]>> = {
  'date-time': ['2020-02-29T12:30:00Z'],
  date: ['2020-02-29'],
  time: ['12:30:00Z'],
  duration: ['P3D'],
  email: ['anna@example.org'],
  hostname: ['example.org'],
  ipv4: ['192.0.2.1'],
  ipv6: ['2001:db8::1'],
  uri: ['https://example.org/a'],
  'uri-reference': ['/a', 'https://example.org/a'],
  'uri-template': ['https://example.org/{a}'],
  uuid: ['123e4567-e89b-12d3-a456-426614174000'],
  regex: ['^a$'],
  'json-pointer': ['/a', ''],
  'relative-json-pointer': ['1/a'],
}

/** An object of a branch: what is required, and `more`. Undefined where a required property has no sample. */
export function objectWith(
  facts: ObjectFacts,
  more: Readonly<Record<string, unknown>>,
  depth: number,
): Record<string, unknown> | undefined {
  const object = new Map(Object.entries(more))
  const pending = [...facts.required, ...Object.keys(more).flatMap((name) => facts.dependent.get(name) ?? [])]
  const spare = facts.minProperties <= object.size ? [] : [...facts.names, ...freshNames(facts, 3, depth)]
  for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
    if (object.has(name)) continue
    const [sample] = samplesOf(facts.property(name), depth + 1)
    if (sample === undefined) return undefined
    object.set(name, sample)
    pending.push(...(facts.dependent.get(name) ?? []))
  }
  for (const name of spare) {
    if (object.size >= facts.minProperties) break
    const [sample] = object.has(name) ? [] : samplesOf(facts.property(name), depth + 1)
    if (sample !== undefined) object.set(name, sample)
  }
  return Object.fromEntries(object)
}

/** Names that no schema speaks of. */
export function freshNames(facts: ObjectFacts, most: number, depth = 0): string[] {
  const allowed =
    facts.propertyNames.length === 0 ? ['other', 'another', 'x', 'y1', 'A'] : samplesOf(facts.propertyNames, depth + 1)
  return allowed
    .filter((name): name is string => typeof name === 'string')
    .filter((name) => !facts.names.includes(name) && !facts.patterns.some((pattern) => matches(pattern, name)))
    .slice(0, most)
}

function objectsOf(branch: Branch, depth: number): unknown[] {
  const facts = objectFactsOf(branch.nodes.map(constraintsOf), closingsOf(branch.nodes))
  const least = objectWith(facts, {}, depth)
  if (least === undefined) return []
  const optional = facts.names.filter((name) => !facts.required.has(name)).slice(0, 12)
  const single = optional.flatMap((name) => {
    const [sample] = depth > 2 ? [] : samplesOf(facts.property(name), depth + 1)
    return sample === undefined ? [] : [[name, sample] as const]
  })
  const most = single.length === 0 ? [] : [{ ...least, ...Object.fromEntries(single) }]
  return [least, ...most, ...single.slice(0, 2).map(([name, sample]) => ({ ...least, [name]: sample }))]
}

/** An array of a branch of at least `length` items. Undefined where one has no sample. */
export function arrayOf(branch: Branch, length: number, depth: number): unknown[] | undefined {
  const facts = arrayFactsOf(branch.nodes.map(constraintsOf))
  const items: unknown[] = []
  for (let index = 0; index < Math.max(facts.minItems, Math.min(length, 1_000)); index += 1) {
    const samples = samplesOf(facts.item(index), depth + 1)
    if (samples.length === 0) return undefined
    items.push(facts.uniqueItems ? (samples[index] ?? samples[0]) : samples[0])
  }
  return items
}

function arraysOf(branch: Branch, depth: number): unknown[] {
  const { contains } = arrayFactsOf(branch.nodes.map(constraintsOf))
  const held = contains.flatMap(({ node, min }) =>
    Array.from({ length: Math.min(min, 20) }, () => samplesOf([node], depth + 1)[0]),
  )
  const lengths = depth > 3 ? [0] : [0, 1, 2]
  const plain = lengths.flatMap((length) => {
    const array = arrayOf(branch, length, depth)
    return array === undefined ? [] : [array]
  })
  return held.length === 0 ? plain : [held, ...plain.map((array) => [...held, ...array])]
}

/** The first of each list, then the second of each, … up to `most`. */
function spread<T>(lists: readonly (readonly T[])[], most: number): T[] {
  const taken: T[] = []
  const longest = Math.max(0, ...lists.map(({ length }) => length))
  for (let row = 0; row < longest; row += 1)
    for (const list of lists) {
      if (row < list.length) taken.push(list[row] as T)
      if (taken.length === most) return taken
    }
  return taken
}
