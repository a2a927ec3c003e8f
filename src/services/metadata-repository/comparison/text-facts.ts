import type { Constraints } from '../validation/constraints.ts'
import { common, difference, languageOf, languageOfLength, type TextLanguage, wordsOf } from './text-language.ts'

/** What is known of the texts that a branch takes. */
export interface TextFacts {
  readonly minLength: number
  readonly maxLength: number
  readonly patterns: readonly string[]
  readonly formats: readonly string[]
}

/** Gathers it from the constraints that all hold. */
export function textFactsOf(all: readonly Constraints[]): TextFacts {
  return {
    minLength: Math.max(0, ...all.map(({ minLength }) => minLength)),
    maxLength: Math.min(Number.POSITIVE_INFINITY, ...all.map(({ maxLength }) => maxLength)),
    patterns: [...new Set(all.flatMap(({ pattern }) => pattern ?? []))],
    formats: [...new Set(all.flatMap(({ format }) => format ?? []))],
  }
}

/** Whether no text is left, as far as lengths and patterns tell. */
export function hasNoText(facts: TextFacts): boolean {
  if (facts.minLength > facts.maxLength) return true
  return facts.patterns.length > 0 && (languageOfFacts(facts)?.isEmpty ?? false)
}

/** Whether every text matches a pattern; where not, some that do not. `undefined` = it cannot be told. */
export function keepsPattern(facts: TextFacts, pattern: string): { readonly others: readonly string[] } | undefined {
  if (facts.patterns.includes(pattern)) return { others: [] }
  const wanted = languageOf(pattern)
  const known = languageOfFacts(facts)
  const rest = wanted && known && difference(known, wanted)
  return rest && { others: rest.isEmpty ? [] : wordsOf(rest, 4) }
}

/** Whether every text is of a length, by what the patterns say. */
export function keepsLength(facts: TextFacts, min: number, max: number): boolean {
  if (facts.minLength >= min && facts.maxLength <= max) return true
  if (facts.patterns.length === 0) return false
  return keepsPattern(facts, `^[^]{${min},${Number.isFinite(max) ? max : ''}}$`)?.others.length === 0
}

/** Some texts, as lengths and patterns say; none where that cannot be told. */
export function textsOf(facts: TextFacts, most: number): readonly string[] {
  const language = languageOfFacts(facts)
  return language === undefined ? [] : wordsOf(language, most)
}

/** What is left out because it cannot be told only makes the language larger. */
function languageOfFacts({ minLength, maxLength, patterns }: TextFacts): TextLanguage | undefined {
  let language = languageOf('^[^]*$')
  const isBounded = minLength > 0 || Number.isFinite(maxLength)
  const known = patterns.flatMap((pattern) => languageOf(pattern) ?? [])
  const lengths = isBounded ? (languageOfLength(minLength, maxLength) ?? []) : []
  for (const each of known.concat(lengths)) language = (language && common(language, each)) ?? language
  return language
}

/** Whether no text matches both patterns. */
export function areApart(one: string, other: string): boolean {
  const [first, second] = [languageOf(one), languageOf(other)]
  return (first && second && common(first, second)?.isEmpty) ?? false
}

/** Whether every text that matches the one pattern matches the other. */
export function isWithin(one: string, other: string): boolean {
  return (
    keepsPattern({ minLength: 0, maxLength: Number.POSITIVE_INFINITY, patterns: [one], formats: [] }, other)?.others
      .length === 0
  )
}
