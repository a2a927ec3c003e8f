import { isUtf8 } from 'node:buffer'
import { decode, spaced } from './written-forms.ts'

/** Takes texts out of what is handed on. */
export interface Concealment {
  text(text: string): string
  /** Of UTF-8 or any encoding that writes ASCII as such. */
  bytes(bytes: Buffer): Buffer
}

/** Is told where a hidden text begins, and where it has ended. */
type Found = (start: number, end: number) => void

/** Shorter ones stand by chance in anything. */
const SHORTEST = 4
const MASK = '***'
/** How often escapes are resolved: JSON may quote a page that quotes a URL. */
const DEPTH = 3

/**
 * Hides each of the texts behind `***`, also as JSON, HTML and URLs write it: servers repeat what they were sent, in error pages above all,
 * and whoever reads the answer resolves its escapes. A server that means to give a text away in disguise can, but it has the text in any
 * case. Texts of less than 4 characters are not looked for.
 */
export function createConcealment(hidden: readonly string[]): Concealment {
  // The bytes of a text one by one, as percent escapes and a page that is no UTF-8 give them.
  const texts = hidden.flatMap((text) => [text, Buffer.from(text).toString('latin1')])
  const plain = needlesOf(texts)
  const resolved = needlesOf(texts.flatMap((each) => resolutionsOf(each)))
  const text = (given: string) =>
    masked(given, (found) => {
      search(given, plain, found)
      searchDecoded(given, resolved, found)
    })
  return { text, bytes: (given) => bytesBy(text, given) }
}

/** What a page that has the text may have when its escapes are resolved: a text may look like an escape itself. */
function resolutionsOf(text: string, depth = DEPTH): string[] {
  return depth === 0 ? [spaced(text)] : [spaced(text), ...resolutionsOf(decode(text).text, depth - 1)]
}

/** Each encoding gives back the bytes that it was given. */
function bytesBy(conceal: (text: string) => string, given: Buffer): Buffer {
  const encoding = isUtf8(given) ? 'utf8' : 'latin1'
  const text = given.toString(encoding)
  const left = conceal(text)
  return left === text ? given : Buffer.from(left, encoding)
}

function searchDecoded(given: string, needles: readonly Needle[], found: Found, depth = DEPTH): void {
  const { text, origins } = decode(given)
  let from: Uint32Array | undefined
  const foundHere: Found = (start, end) => {
    from ??= origins()
    found(from[start] as number, from[end] as number)
  }
  search(text, needles, foundHere)
  if (depth > 1 && text !== given) searchDecoded(text, needles, foundHere, depth - 1)
}

/** With one mask for what overlaps. */
function masked(text: string, searchAll: (found: Found) => void): string {
  let ends: Uint32Array | undefined
  searchAll((start, end) => {
    ends ??= new Uint32Array(text.length)
    ends[start] = Math.max(ends[start] as number, end)
  })
  const pieces: string[] = []
  let done = 0
  ends?.forEach((end, start) => {
    if (end === 0) return
    if (start >= done) pieces.push(text.slice(done, start), MASK)
    done = Math.max(done, end)
  })
  return pieces.length === 0 ? text : pieces.join('') + text.slice(done)
}

interface Needle {
  readonly needle: string
  /** How much of its beginning ends with each character, short of the whole. */
  readonly falls: Uint32Array
}

function needlesOf(texts: readonly string[]): Needle[] {
  const needles = new Set(texts.filter(({ length }) => length >= SHORTEST))
  return [...needles].map((needle) => ({ needle, falls: fallsOf(needle) }))
}

function search(text: string, needles: readonly Needle[], found: Found): void {
  for (const needle of needles) searchOne(text, needle, found)
}

/** Long ones are looked for beyond this only where as much is found: almost never. */
const HEAD = 32

/**
 * Knuth, Morris and Pratt, 1977: in linear time whatever is searched for in what. `indexOf` and regular expressions take the product of both
 * lengths for some: a minute for 10 MiB, in the one thread that everybody shares.
 */
function searchOne(text: string, { needle, falls }: Needle, found: Found): void {
  if (!text.includes(needle.slice(0, HEAD))) return
  for (let index = 0, matched = 0; index < text.length; index++) {
    matched = advance(needle, falls, matched, text.charCodeAt(index))
    if (matched < needle.length) continue
    found(index + 1 - matched, index + 1)
    matched = 0
  }
}

function fallsOf(needle: string): Uint32Array {
  const falls = new Uint32Array(needle.length)
  for (let index = 1; index < needle.length; index++) {
    falls[index] = advance(needle, falls, falls[index - 1] as number, needle.charCodeAt(index))
  }
  return falls
}

/** How much of the needle is matched with one more character. */
function advance(needle: string, falls: Uint32Array, matched: number, unit: number): number {
  let length = matched
  while (length > 0 && needle.charCodeAt(length) !== unit) length = falls[length - 1] as number
  return needle.charCodeAt(length) === unit ? length + 1 : length
}
