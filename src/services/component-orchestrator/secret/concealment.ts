/** Takes texts out of what is handed on. */
export interface Concealment {
  text(text: string): string
  /** Of whichever encoding. */
  bytes(bytes: Buffer): Buffer
}

/** Shorter ones stand by chance in anything. */
const SHORTEST = 4
/** No longer than what it stands for, so that nothing grows. */
const MASK = Buffer.from('***')
const LATIN = /^[\0-\xff]*$/

/**
 * Hides each of the texts behind `***`, also as JSON and URLs write it: servers repeat what they were sent, in error pages above all. A server
 * that means to give a text away in disguise can, but it has the text in any case. Texts of less than 4 characters are not looked for.
 */
export function createConcealment(hidden: readonly string[]): Concealment {
  const forms = hidden.filter(({ length }) => length >= SHORTEST).flatMap(formsOf)
  const written = forms.flatMap((form) => [
    Buffer.from(form),
    ...(LATIN.test(form) ? [Buffer.from(form, 'latin1')] : []),
  ])
  const needles = [...new Map(written.map((needle) => [needle.toString('hex'), needle])).values()]
    // One may contain another.
    .toSorted((a, b) => b.length - a.length)
    .map((needle) => ({ needle, falls: fallsOf(needle) }))
  const bytes = (given: Buffer) => needles.reduce(without, given)
  return { bytes, text: (given) => bytes(Buffer.from(given)).toString() }
}

/** The text itself, as URLs and as JSON write it, with slashes and letters beyond ASCII escaped as some do, or not. */
function formsOf(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1)
  const ascii = json.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return [text, encodeURIComponent(text.toWellFormed()), json, ascii, ascii.replaceAll('/', '\\/')]
}

interface Needle {
  readonly needle: Buffer
  /** How much of its beginning ends with each byte, short of the whole. */
  readonly falls: Uint32Array
}

/** Long ones are looked for beyond this only where as much is found: almost never. */
const HEAD = 32

/**
 * Knuth, Morris and Pratt, 1977: in linear time whatever is searched for in what. The search of V8 takes the product of both lengths for
 * some: a minute for 10 MiB, in the one thread that everybody shares.
 */
function without(given: Buffer, { needle, falls }: Needle): Buffer {
  if (!given.includes(needle.subarray(0, HEAD))) return given
  const left = Buffer.allocUnsafe(given.length)
  let [length, matched] = [0, 0]
  for (let index = 0; index < given.length; index++) {
    const byte = given[index] as number
    while (matched > 0 && needle[matched] !== byte) matched = falls[matched - 1] as number
    if (needle[matched] === byte) matched++
    left[length++] = byte
    if (matched < needle.length) continue
    length += MASK.copy(left, length - needle.length) - needle.length
    matched = 0
  }
  return left.subarray(0, length)
}

function fallsOf(needle: Buffer): Uint32Array {
  const falls = new Uint32Array(needle.length)
  for (let index = 1, matched = 0; index < needle.length; index++) {
    while (matched > 0 && needle[matched] !== needle[index]) matched = falls[matched - 1] as number
    if (needle[matched] === needle[index]) matched++
    falls[index] = matched
  }
  return falls
}
