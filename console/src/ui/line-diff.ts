import { structuredPatch } from 'diff'

/** A line of two texts. */
export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed'
  readonly text: string
}

/** Lines that lie together, with some around them that are the same. */
export interface DiffPart {
  /** Of its first line in each text, from 1. */
  readonly before: number
  readonly after: number
  readonly lines: readonly DiffLine[]
}

/** Lines around a change that are shown. */
const CONTEXT = 4
/** Beyond this a browser would stand still, in milliseconds. */
const TIMEOUT_MS = 1_000

const kinds: Readonly<Record<string, DiffLine['kind']>> = { ' ': 'same', '+': 'added', '-': 'removed' }

/** How one text becomes another, line by line; nothing where they are the same, undefined where they are too different to tell in time. */
export function diffOf(before: string, after: string): readonly DiffPart[] | undefined {
  const [from, to] = [`${before}\n`, `${after}\n`]
  const patch = structuredPatch('', '', from, to, '', '', { context: CONTEXT, timeout: TIMEOUT_MS })
  return patch?.hunks.map(({ oldStart, newStart, lines }) => ({
    before: oldStart,
    after: newStart,
    lines: lines.map((line) => ({ kind: kinds[line.charAt(0)] ?? 'same', text: line.slice(1) })),
  }))
}
