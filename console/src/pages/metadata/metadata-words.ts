import type { CompatibilityMode } from '../../api/metadata-queries.ts'

/** What the compatibility modes want, in the order in which they are offered. */
export const modeNames: Readonly<Record<CompatibilityMode, string>> = {
  NONE: 'None: any change is taken',
  BACKWARD: 'Backward: what was valid stays valid',
  FORWARD: 'Forward: what is valid now was valid before',
  FULL: 'Full: the same documents are valid',
  BACKWARD_TRANSITIVE: 'Backward, compared with all versions',
  FORWARD_TRANSITIVE: 'Forward, compared with all versions',
  FULL_TRANSITIVE: 'Full, compared with all versions',
}

/** The modes to choose from: pairs of value and text. */
export const modeChoices = Object.entries(modeNames)

/** The mode that a form states; nothing where it states none. */
export function modeOf(values: FormData): { compatibility?: CompatibilityMode } {
  const mode = String(values.get('compatibility') ?? '')
  return mode in modeNames ? { compatibility: mode as CompatibilityMode } : {}
}

/** The description that a form states, where it is another than before: the hub keeps what is not told. */
export function descriptionOf(values: FormData, before = ''): { description?: string } {
  const description = String(values.get('description') ?? '').trim()
  return description === before ? {} : { description }
}
