import { type Constraints, constraintsOf } from '../validation/constraints.ts'
import type { SchemaNode } from '../validation/schema-set.ts'
import type { Branch } from './branch.ts'
import type { Refusal } from './refusal.ts'
import { sampleTexts } from './samples.ts'
import { keepsLength, keepsPattern, textFactsOf } from './text-facts.ts'

/** What a schema demands of texts that those of a branch do not keep. */
export function textRefusals(branch: Branch, sup: SchemaNode, constraints: Constraints): Refusal[] {
  const { minLength, maxLength, pattern, format } = constraints
  const facts = textFactsOf(branch.nodes.map(constraintsOf))
  const ofLengths =
    (...lengths: number[]) =>
    () =>
      sampleTexts(facts, lengths)
  const refusals: Refusal[] = []
  const refuse = (keyword: string, rule: Refusal['rule'], message: string, witnesses: () => readonly unknown[]) =>
    refusals.push({ node: sup, at: [keyword], rule, message, witnesses })
  if (!keepsLength(facts, minLength, Number.POSITIVE_INFINITY))
    refuse(
      'minLength',
      'length-narrowed',
      `%refusing takes texts of ${minLength} characters and more, and %taking takes shorter ones`,
      ofLengths(minLength - 1, 0),
    )
  if (!keepsLength(facts, 0, maxLength))
    refuse(
      'maxLength',
      'length-narrowed',
      `%refusing takes texts of at most ${maxLength} characters, and %taking takes longer ones`,
      ofLengths(maxLength + 1),
    )
  const kept = pattern === undefined ? undefined : keepsPattern(facts, pattern)
  if (pattern !== undefined && kept?.others.length !== 0) {
    const message = `%refusing takes texts that match "${pattern}" only, and %taking takes others`
    refuse('pattern', 'pattern-demanded', message, () => [...(kept?.others ?? []), ...sampleTexts(facts, [1, 5])])
  }
  if (format !== undefined && !facts.formats.includes(format)) {
    const message = `%refusing takes texts of the format "${format}" only, and %taking takes others`
    refuse('format', 'format-demanded', message, ofLengths(0, 1, 7))
  }
  return refusals
}
