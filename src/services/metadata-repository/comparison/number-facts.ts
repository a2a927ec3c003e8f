import type { Bound, Constraints } from '../validation/constraints.ts'
import { isMultiple } from '../validation/decimal.ts'
import { FRACTION, type Types } from '../validation/json-type.ts'

/** What is known of the numbers that a branch takes. */
export interface NumberFacts {
  readonly minimum: Bound | undefined
  readonly maximum: Bound | undefined
  readonly multiplesOf: readonly number[]
}

/** Gathers it from the constraints that all hold; whole numbers have whole bounds. */
export function numberFactsOf(all: readonly Constraints[], types: Types): NumberFacts {
  const isWhole = (types & FRACTION) === 0
  const minimum = all.reduce<Bound | undefined>((bound, { minimum: other }) => tighter(bound, other, 1), undefined)
  const maximum = all.reduce<Bound | undefined>((bound, { maximum: other }) => tighter(bound, other, -1), undefined)
  return {
    minimum: isWhole ? wholeBound(minimum, 1) : minimum,
    maximum: isWhole ? wholeBound(maximum, -1) : maximum,
    multiplesOf: all.flatMap(({ multipleOf }) => multipleOf ?? []),
  }
}

function tighter(one: Bound | undefined, other: Bound | undefined, sign: 1 | -1): Bound | undefined {
  if (one === undefined || other === undefined) return one ?? other
  if (one.value === other.value) return one.isExclusive ? one : other
  return sign * one.value > sign * other.value ? one : other
}

function wholeBound(bound: Bound | undefined, sign: 1 | -1): Bound | undefined {
  if (bound === undefined) return undefined
  const value = sign === 1 ? Math.ceil(bound.value) : Math.floor(bound.value)
  // Beyond these the next whole number is none that a double tells apart.
  const isNext = bound.isExclusive && value === bound.value && Number.isSafeInteger(value + sign)
  if (isNext) return { value: value + sign, isExclusive: false }
  return value === bound.value ? bound : { value, isExclusive: false }
}

/** Whether no number is left. */
export function hasNoNumber({ minimum, maximum }: NumberFacts): boolean {
  if (minimum === undefined || maximum === undefined) return false
  if (minimum.value !== maximum.value) return minimum.value > maximum.value
  return minimum.isExclusive || maximum.isExclusive
}

/** Whether every number is on the right side of a bound. */
export function keepsBound(have: Bound | undefined, wanted: Bound, sign: 1 | -1): boolean {
  if (have === undefined) return false
  if (have.value === wanted.value) return have.isExclusive || !wanted.isExclusive
  return sign * have.value > sign * wanted.value
}

/** Whether every number is a multiple. */
export function keepsMultiple({ multiplesOf }: NumberFacts, types: Types, wanted: number): boolean {
  return multiplesOf.some((known) => isMultiple(known, wanted)) || ((types & FRACTION) === 0 && isMultiple(1, wanted))
}
