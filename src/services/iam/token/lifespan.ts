import { type Static, Type } from 'typebox'
import { fieldError } from '#lib/errors'

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 } as const
const FORM = /^([1-9]\d{0,8}) ?([smhdwy])$/
/** Ten years: longer is as good as never, and may as well be said so. */
const LONGEST = 10 * SECONDS.y

/** A length of time as callers write it. */
export const Duration = Type.String({
  pattern: FORM.source,
  maxLength: 12,
  description: 'A number and one of s, m, h, d, w, y: `90m`',
})

/** How long a token is to live. */
export const Lifespan = Type.Union([Duration, Type.Literal(-1, { description: 'Until it is withdrawn' })])

/** Seconds; undefined for -1. Throws `invalid-body` for more than ten years. */
export function secondsOf(lifespan: Static<typeof Lifespan>, field: string): number | undefined {
  if (lifespan === -1) return undefined
  const [, count, unit] = FORM.exec(lifespan) ?? []
  const seconds = Number(count) * SECONDS[unit as keyof typeof SECONDS]
  if (seconds <= LONGEST) return seconds
  throw fieldError('invalid-body', field, 'must not be more than ten years')
}
