import { grammarOf } from '../language/dialect.ts'
import { isSameValue } from '../validation/json-value.ts'
import type { SchemaNode } from '../validation/schema-set.ts'

/** Keywords that demand nothing. */
const annotations = new Set([
  ...[
    '$comment',
    '$schema',
    '$vocabulary',
    '$id',
    '$anchor',
    '$dynamicAnchor',
    '$defs',
    'definitions',
    'default',
    'deprecated',
  ],
  ...[
    'description',
    'examples',
    'example',
    'readOnly',
    'title',
    'writeOnly',
    'contentEncoding',
    'contentMediaType',
    'contentSchema',
  ],
])
const { holdings } = grammarOf('2020-12')

/** Compares schemas of two sets by their wording. */
export interface Sameness {
  /** Whether they demand the same in the same words, through all references. */
  isSame(one: SchemaNode, other: SchemaNode): boolean
  /** Whether they say the same by these keywords, of which the other has at least one. */
  hasSame(one: SchemaNode, other: SchemaNode, keywords: readonly string[]): boolean
}

/** Creates it; what was compared is remembered. */
export function createSameness(): Sameness {
  const results = new Map<string, boolean>()
  /** What is taken for the same so far, in the order of asking. */
  const trail: string[] = []

  function isSame(one: SchemaNode, other: SchemaNode): boolean {
    if (one === other) return true
    if (typeof one.schema === 'boolean' || typeof other.schema === 'boolean') return one.schema === other.schema
    const key = `${one.id} ${other.id}`
    const known = results.get(key)
    if (known !== undefined) return known
    // Until something differs they are the same: else no recursive schema would be.
    results.set(key, true)
    const mark = trail.push(key) - 1
    const same = hasSameKeywords(one, other)
    // What was found meanwhile may rest on it.
    if (!same) for (const dependent of trail.splice(mark)) results.delete(dependent)
    if (!same) results.set(key, false)
    return same
  }

  function hasSameKeywords(one: SchemaNode, other: SchemaNode): boolean {
    const keywords = keywordsOf(one)
    if (keywords.length !== keywordsOf(other).length) return false
    return keywords.every((keyword) => isSameKeyword(one, other, keyword))
  }

  function isSameKeyword(one: SchemaNode, other: SchemaNode, keyword: string): boolean {
    const [value, wanted] = [keywordOf(one, keyword), keywordOf(other, keyword)]
    if (value === undefined || wanted === undefined) return false
    if (keyword === '$ref') return isSameReference(one, other, [value, wanted])
    // The same words lead elsewhere from elsewhere.
    if (keyword === '$dynamicRef') return false
    const holding = holdings.get(keyword)
    if (holding === undefined) return isSameValue(value, wanted)
    if (holding === 'schema') return isSameChild(one, other, [keyword])
    const names = Object.keys(value as object)
    return (
      names.length === Object.keys(wanted as object).length &&
      names.every((name) => isSameChild(one, other, [keyword, name]))
    )
  }

  function isSameReference(one: SchemaNode, other: SchemaNode, [value, wanted]: readonly unknown[]): boolean {
    const target = one.set.resolve(one, String(value))
    const wantedTarget = other.set.resolve(other, String(wanted))
    return target !== undefined && wantedTarget !== undefined && isSame(target, wantedTarget)
  }

  function isSameChild(one: SchemaNode, other: SchemaNode, segments: readonly string[]): boolean {
    const [child, wanted] = [one.set.child(one, ...segments), other.set.child(other, ...segments)]
    return child !== undefined && wanted !== undefined && isSame(child, wanted)
  }

  return {
    isSame,
    hasSame(one, other, keywords) {
      const present = keywords.filter(
        (keyword) => keywordOf(one, keyword) !== undefined || keywordOf(other, keyword) !== undefined,
      )
      return present.length > 0 && present.every((keyword) => isSameKeyword(one, other, keyword))
    },
  }
}

function keywordsOf({ schema }: SchemaNode): string[] {
  return Object.keys(schema).filter((keyword) => !annotations.has(keyword))
}

function keywordOf({ schema }: SchemaNode, keyword: string): unknown {
  return typeof schema === 'object' && Object.hasOwn(schema, keyword) ? schema[keyword] : undefined
}
