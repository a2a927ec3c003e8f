import { RegExpParser, visitRegExpAST } from '@eslint-community/regexpp'
import { combineTransformers, DFA, JS, NFA, Transformers, transform } from 'refa'

/** The texts that a pattern matches, as an automaton. */
export type TextLanguage = NFA

/** An automaton of more states is given up: what needs it is not decided. */
const MOST_STATES = 4_000
const MOST_KEPT = 500

const parser = new RegExpParser({ ecmaVersion: 2024 })
const passes = combineTransformers([
  Transformers.simplify(),
  Transformers.applyAssertions(),
  Transformers.removeUnnecessaryAssertions(),
  Transformers.inline(),
  Transformers.removeDeadBranches(),
])
const kept = new Map<string, TextLanguage | undefined>()

/** The language of a pattern, which matches anywhere in a text; undefined where that cannot be told: back references, look-arounds, too large. */
export function languageOf(pattern: string): TextLanguage | undefined {
  if (kept.has(pattern)) return kept.get(pattern)
  const language = attempt(() => read(pattern))
  kept.set(pattern, language)
  const [oldest] = kept.keys()
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
  return language
}

/** The texts of so many characters (code points). */
export function languageOfLength(min: number, max: number): TextLanguage | undefined {
  return languageOf(`^[^]{${min},${Number.isFinite(max) ? max : ''}}$`)
}

/** What two languages have in common; undefined = too large. */
export function common(one: TextLanguage, other: TextLanguage): TextLanguage | undefined {
  return attempt(() => NFA.fromIntersection(one, other, new NFA.LimitedNodeFactory(MOST_STATES)))
}

/** What is in one language and not in another; undefined = too large. */
export function difference(one: TextLanguage, other: TextLanguage): TextLanguage | undefined {
  return attempt(() => {
    const rest = DFA.fromFA(other, new DFA.LimitedNodeFactory(MOST_STATES))
    rest.complement()
    return NFA.fromIntersection(one, rest, new NFA.LimitedNodeFactory(MOST_STATES))
  })
}

/** Some texts of a language, short ones first, of plain letters where there are such. */
export function wordsOf(language: TextLanguage, most: number): string[] {
  for (const plain of ['^[a-z0-9]*$', '^[ -~]*$']) {
    const letters = languageOf(plain)
    const readable = letters && common(language, letters)
    if (readable && !readable.isEmpty) return firstWords(readable, most)
  }
  return firstWords(language, most)
}

function firstWords(language: TextLanguage, most: number): string[] {
  const words: string[] = []
  for (const word of language.words()) {
    if (words.length >= most || word.length > 10_000) break
    words.push(String.fromCodePoint(...word))
  }
  return words
}

function read(pattern: string): TextLanguage {
  const parse = { assertions: 'parse', backreferences: 'throw', maxNodes: MOST_STATES } as const
  const { expression, maxCharacter } = JS.Parser.fromLiteral({ source: wholeText(pattern), flags: 'u' }).parse(parse)
  const plain = transform(passes, expression, { maxPasses: 20 })
  return NFA.fromRegex(plain, { maxCharacter }, { assertions: 'throw' }, new NFA.LimitedNodeFactory(MOST_STATES))
}

/** A pattern that stands for whole texts: what is not held at an end may have anything beyond it. */
function wholeText(pattern: string): string {
  const parsed = parser.parsePattern(pattern, 0, pattern.length, { unicode: true })
  visitRegExpAST(parsed, {
    onAssertionEnter({ kind }) {
      // What refa makes of them is not always the same language.
      if (kind === 'lookahead' || kind === 'lookbehind') throw new Error(`Cannot read pattern with a ${kind}`)
    },
  })
  const whole = parsed.alternatives.map(({ elements }) => {
    const [first, last] = [elements[0], elements.at(-1)]
    const isHeldAtStart = first?.type === 'Assertion' && first.kind === 'start'
    const isHeldAtEnd = last?.type === 'Assertion' && last.kind === 'end'
    const inner = elements.slice(isHeldAtStart ? 1 : 0, isHeldAtEnd ? -1 : undefined).map(({ raw }) => raw)
    return `${isHeldAtStart ? '' : '[^]*'}(?:${inner.join('')})${isHeldAtEnd ? '' : '[^]*'}`
  })
  return whole.join('|')
}

/** All that the library throws says the same: not to be told by automata. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
