import { Type } from 'typebox'
import type { Direction } from '../comparison/compatibility.ts'

/**
 * What a change of a schema must keep. `BACKWARD`: documents of before stay valid. `FORWARD`: documents of after were valid before. `FULL`:
 * both. The transitive ones look at all versions, the others at the newest.
 */
export const compatibilityModes = [
  'NONE',
  'BACKWARD',
  'FORWARD',
  'FULL',
  'BACKWARD_TRANSITIVE',
  'FORWARD_TRANSITIVE',
  'FULL_TRANSITIVE',
] as const
/** One of them. */
export type CompatibilityMode = (typeof compatibilityModes)[number]

/** As callers write it. */
export const CompatibilityModeSchema = Type.Enum([...compatibilityModes], {
  description: 'What a change must keep: that what was valid stays so (BACKWARD), or the other way round (FORWARD)',
})

/** Which ways a mode wants versions to be compared; none for `NONE`. */
export function directionsOf(mode: CompatibilityMode): readonly Direction[] {
  if (mode === 'NONE') return []
  if (mode.startsWith('FULL')) return ['BACKWARD', 'FORWARD']
  return mode.startsWith('BACKWARD') ? ['BACKWARD'] : ['FORWARD']
}

/** Of how many versions, the newest first, a mode wants to hear; of more than these nobody does. */
export function versionsOf(mode: CompatibilityMode): number {
  if (mode === 'NONE') return 0
  return mode.endsWith('_TRANSITIVE') ? 100 : 1
}
