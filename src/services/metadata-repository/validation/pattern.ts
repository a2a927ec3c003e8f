const MOST_KEPT = 1_000
const compiled = new Map<string, RegExp>()

/** Whether a text matches a pattern of a schema, anywhere in it. Throws a SyntaxError where the pattern is none. */
export function matches(pattern: string, text: string): boolean {
  let known = compiled.get(pattern)
  if (known === undefined) {
    known = new RegExp(pattern, 'u')
    compiled.set(pattern, known)
    const [oldest] = compiled.keys()
    if (compiled.size > MOST_KEPT && oldest !== undefined) compiled.delete(oldest)
  }
  return known.test(text)
}
