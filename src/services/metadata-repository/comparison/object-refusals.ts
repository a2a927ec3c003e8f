import { type Constraints, constraintsOf } from '../validation/constraints.ts'
import { matches } from '../validation/pattern.ts'
import { rootOfBundle, type SchemaNode } from '../validation/schema-set.ts'
import type { Branch, Conjunction } from './branch.ts'
import { type Closing, closingsOf, demandedClosing } from './closing.ts'
import type { Comparison } from './comparison.ts'
import { type ObjectFacts, objectFactsOf } from './object-facts.ts'
import { type Refusal, within } from './refusal.ts'
import { freshNames, objectWith, samplesOf } from './samples.ts'
import { areApart, isWithin, textsOf } from './text-facts.ts'

/** What a schema demands of objects that those of a branch do not keep. */
export function objectRefusals(comparison: Comparison, branch: Branch, sup: SchemaNode): Refusal[] {
  const facts = objectFactsOf(branch.nodes.map(constraintsOf), closingsOf(branch.nodes))
  const objects: Objects = { comparison, branch, sup, wanted: constraintsOf(sup), facts }
  return [
    ...requiredRefusals(objects),
    ...countRefusals(objects),
    ...listedRefusals(objects),
    ...patternRefusals(objects),
    ...restRefusals(objects),
    ...nameRefusals(objects),
    ...dependentRefusals(objects),
  ]
}

interface Objects {
  readonly comparison: Comparison
  readonly branch: Branch
  readonly sup: SchemaNode
  readonly wanted: Constraints
  readonly facts: ObjectFacts
}

function requiredRefusals({ sup, wanted, facts }: Objects): Refusal[] {
  return wanted.required.flatMap((name): Refusal[] => {
    if (facts.required.has(name)) return []
    const message = `%refusing requires the property "${name}", which %taking does not`
    const witnesses = () => variants(facts).map((object) => without(object, name))
    return [{ node: sup, at: ['required'], rule: 'property-required', message, witnesses }]
  })
}

function countRefusals({ comparison, sup, wanted, facts }: Objects): Refusal[] {
  const { minProperties, maxProperties } = wanted
  const refusals: Refusal[] = []
  const witnesses = () => variants(facts)
  const rule = 'property-count-narrowed'
  if (facts.minProperties < minProperties) {
    const message = `%refusing takes objects of ${minProperties} properties and more, and %taking takes such with fewer`
    refusals.push({ node: sup, at: ['minProperties'], rule, message, witnesses })
  }
  if (mostProperties(comparison, facts) > maxProperties) {
    const message = `%refusing takes objects of at most ${maxProperties} properties, and %taking takes such with more`
    const many = () => objectOf({ ...facts, minProperties: maxProperties + 1 }, {})
    refusals.push({ node: sup, at: ['maxProperties'], rule, message, witnesses: () => [...many(), ...witnesses()] })
  }
  return refusals
}

/** Properties that the schema lists. */
function listedRefusals({ comparison, wanted, facts }: Objects): Refusal[] {
  return [...wanted.properties].flatMap(([name, node]) => propertyRefusals(comparison, facts, name, node))
}

function propertyRefusals({ refusalsOf }: Comparison, facts: ObjectFacts, name: string, node: SchemaNode): Refusal[] {
  const refusals = refusalsOf(facts.property(name), node)
  const told = refusals.map((refusal) =>
    isOpen(facts, name) && refusal.node === node ? constrained(refusal, name) : refusal,
  )
  return within(told, (value) => objectOf(facts, { [name]: value }))
}

function isOpen(facts: ObjectFacts, name: string): boolean {
  return facts.property(name).every(({ schema }) => schema === true)
}

/** The one thing to know of a property that is listed now, and could be anything before. */
function constrained(refusal: Refusal, name: string): Refusal {
  const message = `%refusing constrains the property "${name}", which may be anything in %taking`
  return { ...refusal, rule: 'property-constrained', message }
}

/** Properties whose names match a pattern of the schema. */
function patternRefusals({ comparison, wanted, facts }: Objects): Refusal[] {
  return [...wanted.patterns].flatMap(([pattern, node]) => {
    const listed = facts.names.filter((name) => matches(pattern, name))
    const byName = listed.flatMap((name) => propertyRefusals(comparison, facts, name, node))
    const known = facts.patterns.filter((other) => !areApart(other, pattern))
    const byPattern = known.flatMap((other) =>
      namedRefusals(comparison, facts, facts.matching(other), node, namesOf([other, pattern])),
    )
    if (known.some((other) => other === pattern || isWithin(pattern, other))) return [...byName, ...byPattern]
    return [...byName, ...byPattern, ...namedRefusals(comparison, facts, facts.others, node, namesOf([pattern]))]
  })
}

/** Properties that the schema neither lists nor has a pattern for. */
function restRefusals({ comparison, sup, wanted, facts }: Objects): Refusal[] {
  return [...restOf(wanted), ...demandedClosing(sup)].flatMap((rest) => {
    const isListed = (name: string) => rest.names.has(name) || rest.patterns.some((pattern) => matches(pattern, name))
    const byName = facts.names
      .filter((name) => !isListed(name))
      .flatMap((name) => forbidden(propertyRefusals(comparison, facts, name, rest.node), name, rest.node))
    const byPattern = facts.patterns
      .filter((pattern) => !rest.patterns.some((other) => other === pattern || isWithin(pattern, other)))
      .flatMap((pattern) => namedRefusals(comparison, facts, facts.matching(pattern), rest.node, namesOf([pattern])))
    const others = () => freshNames(facts, 5).filter((name) => !isListed(name))
    return [...byName, ...byPattern, ...namedRefusals(comparison, facts, facts.others, rest.node, others)]
  })
}

function restOf({ properties, patterns, additional }: Constraints): Closing[] {
  if (additional === undefined || additional.schema === true) return []
  return [{ names: new Set(properties.keys()), patterns: [...patterns.keys()], node: additional }]
}

function forbidden(refusals: readonly Refusal[], name: string, node: SchemaNode): Refusal[] {
  if (node.schema !== false) return [...refusals]
  const message = `%refusing takes no property "${name}", and %taking takes it`
  return refusals.map((refusal) => ({ ...refusal, rule: 'property-forbidden', message }))
}

/** Properties of names that are not listed, of which `names` gives some. */
function namedRefusals(
  { refusalsOf, emptiness }: Comparison,
  facts: ObjectFacts,
  conjunction: Conjunction,
  node: SchemaNode,
  names: () => readonly string[],
): Refusal[] {
  if (emptiness.isEmpty(conjunction)) return []
  const refusals = refusalsOf(conjunction, node)
  const told = node.schema === false ? refusals.map((refusal) => ({ ...refusal, ...otherForbidden })) : refusals
  return within(told, (value) =>
    names()
      .slice(0, 3)
      .flatMap((name) => objectOf(facts, { [name]: value })),
  )
}

const otherForbidden = {
  rule: 'property-forbidden',
  message: '%refusing takes no properties that it does not list, and %taking takes such',
} as const

function nameRefusals({ comparison, wanted, facts }: Objects): Refusal[] {
  const { propertyNames } = wanted
  if (propertyNames === undefined) return []
  const { refusalsOf, emptiness, accepts } = comparison
  const withName = (name: unknown) =>
    typeof name === 'string'
      ? samplesOf(facts.property(name))
          .slice(0, 2)
          .flatMap((value) => objectOf(facts, { [name]: value }))
      : []
  const rule = 'property-names-narrowed'
  const listed = facts.names
    .filter((name) => accepts(propertyNames, name) !== true && !emptiness.isEmpty(facts.property(name)))
    .map((name): Refusal => {
      const message = `%refusing takes no property of the name "${name}", and %taking takes it`
      return { node: propertyNames, at: [], rule, message, witnesses: () => withName(name) }
    })
  const isClosed = facts.patterns.length === 0 && emptiness.isEmpty(facts.others)
  if (isClosed) return listed
  const refusals = refusalsOf([...facts.propertyNames, anyText], propertyNames)
  return [
    ...listed,
    ...within(
      refusals.map((refusal) => ({ ...refusal, rule })),
      withName,
    ),
  ]
}

/** Names are texts, whatever is said of them. */
const anyText = rootOfBundle({ root: '/text', schemas: { '/text': { dialect: '2020-12', value: { type: 'string' } } } })

function dependentRefusals({ comparison, branch, sup, wanted, facts }: Objects): Refusal[] {
  const canHave = (name: string) => !comparison.emptiness.isEmpty(facts.property(name))
  const known = branch.nodes.map(constraintsOf)
  const names = [...wanted.dependentRequired].flatMap(([name, needed]) => {
    const given = new Set(facts.dependent.get(name) ?? [])
    const missing = needed.filter((each) => !facts.required.has(each) && !given.has(each) && each !== name)
    return missing.length === 0 || !canHave(name) ? [] : [dependentRefusal(facts, sup, name, missing)]
  })
  const schemas = [...wanted.dependentSchemas].flatMap(([name, node]) => {
    if (!canHave(name) || comparison.isSaid(branch, sup, ['dependentSchemas'])) return []
    const given = known.flatMap(({ dependentSchemas }) => dependentSchemas.get(name) ?? [])
    const refusals = comparison.refusalsOf([...branch.nodes, ...given], node)
    return within(refusals, (value) =>
      typeof value === 'object' && value !== null
        ? samplesOf(facts.property(name))
            .slice(0, 2)
            .map((sample) => ({ ...value, [name]: sample }))
        : [],
    )
  })
  return [...names, ...schemas]
}

function dependentRefusal(facts: ObjectFacts, sup: SchemaNode, name: string, missing: readonly string[]): Refusal {
  const message = `%refusing requires "${missing.join('", "')}" with the property "${name}", which %taking does not`
  const witnesses = () => samplesOf(facts.property(name)).flatMap((sample) => objectOf(facts, { [name]: sample }))
  return { node: sup, at: ['dependentRequired', name], rule: 'dependent-property-required', message, witnesses }
}

/** Where nothing else is taken, there are no more than are listed. */
function mostProperties(
  { emptiness }: Comparison,
  { names, patterns, others, maxProperties, property }: ObjectFacts,
): number {
  if (patterns.length > 0 || !emptiness.isEmpty(others)) return maxProperties
  return Math.min(maxProperties, names.filter((name) => !emptiness.isEmpty(property(name))).length)
}

function objectOf(facts: ObjectFacts, more: Readonly<Record<string, unknown>>): Record<string, unknown>[] {
  const object = objectWith(facts, more, 0)
  return object === undefined ? [] : [object]
}

/** The least object, and one with all that can be in it. */
function variants(facts: ObjectFacts): Record<string, unknown>[] {
  const all = facts.names.slice(0, 50).flatMap((name) => {
    const [sample] = samplesOf(facts.property(name), 1)
    return sample === undefined ? [] : [[name, sample] as const]
  })
  return [...objectOf(facts, {}), ...objectOf(facts, Object.fromEntries(all))]
}

function without(object: Record<string, unknown>, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== name))
}

function namesOf(patterns: readonly string[]): () => readonly string[] {
  return () => textsOf({ minLength: 0, maxLength: Number.POSITIVE_INFINITY, patterns, formats: [] }, 4)
}
