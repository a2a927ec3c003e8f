import { type Bound, type Constraints, constraintsOf } from '../validation/constraints.ts'
import { NUMBER } from '../validation/json-type.ts'
import type { SchemaNode } from '../validation/schema-set.ts'
import type { Branch } from './branch.ts'
import { keepsBound, keepsMultiple, numberFactsOf } from './number-facts.ts'
import type { Refusal } from './refusal.ts'
import { numbersOf } from './samples.ts'

/** What a schema demands of numbers that those of a branch do not keep. */
export function numberRefusals(
  branch: Branch,
  sup: SchemaNode,
  { minimum, maximum, multipleOf }: Constraints,
): Refusal[] {
  const types = branch.types & NUMBER
  const facts = numberFactsOf(branch.nodes.map(constraintsOf), types)
  const near = (hint: number) => () => numbersOf(facts, types, [hint])
  const refusals: Refusal[] = []
  if (minimum && !keepsBound(facts.minimum, minimum, 1)) {
    const message = `%refusing takes numbers ${from('above', minimum)} only, and %taking takes smaller ones`
    refusals.push({
      node: sup,
      at: [keywordOf('Minimum', minimum)],
      rule: 'minimum-raised',
      message,
      witnesses: near(minimum.value),
    })
  }
  if (maximum && !keepsBound(facts.maximum, maximum, -1)) {
    const message = `%refusing takes numbers ${from('below', maximum)} only, and %taking takes larger ones`
    refusals.push({
      node: sup,
      at: [keywordOf('Maximum', maximum)],
      rule: 'maximum-lowered',
      message,
      witnesses: near(maximum.value),
    })
  }
  if (multipleOf !== undefined && !keepsMultiple(facts, types, multipleOf)) {
    const message = `%refusing takes multiples of ${multipleOf} only, and %taking takes other numbers`
    refusals.push({ node: sup, at: ['multipleOf'], rule: 'multiple-demanded', message, witnesses: near(multipleOf) })
  }
  return refusals
}

function from(side: string, { value, isExclusive }: Bound): string {
  return isExclusive ? `${side} ${value}` : `from ${value} ${side === 'above' ? 'up' : 'down'}`
}

function keywordOf(name: string, { isExclusive }: Bound): string {
  return isExclusive ? `exclusive${name}` : name.toLowerCase()
}
