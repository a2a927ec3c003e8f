import fc from 'fast-check'

/** AMQP's rule as it reads, one word after the other. */
export function matchesNaively(pattern: string, name: string): boolean {
  const match = (wanted: readonly string[], words: readonly string[]): boolean => {
    const [first, ...rest] = wanted
    if (first === undefined) return words.length === 0
    if (first === '#') return match(rest, words) || (words.length > 0 && match(wanted, words.slice(1)))
    return words.length > 0 && (first === '*' || first === words[0]) && match(rest, words.slice(1))
  }
  return match(pattern.split('.'), name.split('.'))
}

/** Few words, so that patterns and names meet; some with a meaning to regular expressions. */
const word = fc.constantFrom('a', 'b', 'ab', 'iam', 'x+', '$', '(', '[a]', '\\d', '^', '|', '-', '🙂', 'É')

/** Names of events. */
export const names: fc.Arbitrary<string> = fc
  .array(word, { minLength: 1, maxLength: 5 })
  .map((words) => words.join('.'))

const pattern = fc
  .array(fc.oneof(word, fc.constant('*'), fc.constant('#')), { minLength: 1, maxLength: 5 })
  .map((words) => words.join('.'))

/** One to three patterns of a subscription. */
export const patterns: fc.Arbitrary<string[]> = fc.array(pattern, { minLength: 1, maxLength: 3 })
