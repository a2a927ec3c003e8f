/**
 * AMQP topic patterns: words separated by dots, `*` stands for exactly one word, `#` for any number of words, also none. They work
 * at every level (`iam.*.created`, `#.deleted`, `iam.#`).
 */

const WORD = '[^.]+'

/** Longest name: what AMQP takes as a routing key. */
const MOST_NAME_BYTES = 255

/** Throws when the text is no name of an event: words separated by dots, as patterns know them. */
export function assertName(name: string): void {
  const sound = /^[^.*#\s\0]+(?:\.[^.*#\s\0]+)*$/.test(name) && Buffer.byteLength(name) <= MOST_NAME_BYTES
  if (!sound) throw new Error(`Cannot publish "${name}" as a name must be words separated by dots`)
}

/** Whether the text is a pattern: no empty word, and no wildcard mixed with letters. */
export function isPattern(text: string): boolean {
  return text.split('.').every((word) => word === '*' || word === '#' || /^[^.*#\s\0]+$/.test(word))
}

/** Throws when the text is no pattern. */
export function assertPattern(pattern: string): void {
  if (!isPattern(pattern))
    throw new Error(`Cannot subscribe to "${pattern}" as a pattern must be words, "*" or "#" separated by dots`)
}

/**
 * The patterns as one regular expression, of the common subset of JavaScript and PostgreSQL: the same text filters in memory and
 * in the database.
 */
export function patternSource(patterns: readonly string[]): string {
  if (patterns.length === 0) throw new Error('Cannot subscribe as there must be a pattern')
  return `^(?:${patterns.map(sourceOf).join('|')})$`
}

function sourceOf(pattern: string): string {
  assertPattern(pattern)
  // Several `#` in a row mean the same as one and would make the expression ambiguous.
  const words = pattern.split('.').filter((word, index, all) => word !== '#' || all[index - 1] !== '#')
  // Not `.*`: a dot stands for a line break in one of the two dialects alone, and names of others may hold one.
  if (words.length === 1 && words[0] === '#') return '(?:[^.]|[.])*'
  return words
    .map((word, index) => {
      const first = index === 0
      if (word === '#') return first ? `(?:${WORD}[.])*` : `(?:[.]${WORD})*`
      const afterLeadingHash = index === 1 && words[0] === '#'
      const text = word === '*' ? WORD : word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
      return first || afterLeadingHash ? text : `[.]${text}`
    })
    .join('')
}

/** A test of names against the patterns. */
export function matcher(patterns: readonly string[]): (name: string) => boolean {
  if (patterns.includes('#')) return () => true
  const expression = new RegExp(patternSource(patterns))
  return (name) => expression.test(name)
}
