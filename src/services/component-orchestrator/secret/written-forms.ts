/** A text with its escapes resolved. */
export interface Decoded {
  readonly text: string
  /** For each offset in the decoded text where that stands in the given one. */
  origins(): Uint32Array
}

/** Without repetitions that are not bounded, so that hostile text is read in linear time; without groups, so that it is quick. */
const ESCAPED = /\\u[\da-fA-F]{4}|\\[bfnrt"\\/]|&(?:#\d{1,9}|#[xX][\da-fA-F]{1,9}|amp|lt|gt|quot|apos);|%[\da-fA-F]{2}/g

const NAMED: Readonly<Record<string, string>> = {
  ...{ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' },
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" },
}

/**
 * Resolves escapes of JSON, HTML and URLs, whichever the text is in; a percent escape stands for the character of its number. Each `+` that
 * is left is a space.
 */
export function decode(given: string): Decoded {
  const text = spaced(given.replaceAll(ESCAPED, (written) => meaning(written)))
  return { text, origins: () => originsOf(given, text.length) }
}

/** Forms write a space as `+`: either is a space. */
export function spaced(text: string): string {
  return text.replaceAll('+', ' ')
}

function meaning(written: string): string {
  const [code, name] = partsOf(written)
  if (name !== undefined) return NAMED[name] ?? name
  return code > 0x10ffff ? written : String.fromCodePoint(code)
}

/** The number of the character, or else what it is called. */
function partsOf(written: string): [code: number, name?: string] {
  if (written.startsWith('%')) return [Number.parseInt(written.slice(1), 16)]
  if (written.startsWith('\\u')) return [Number.parseInt(written.slice(2), 16)]
  if (written.startsWith('\\')) return [0, written.slice(1)]
  if (!written.startsWith('&#')) return [0, written.slice(1, -1)]
  return [/^&#x/i.test(written) ? Number.parseInt(written.slice(3), 16) : Number.parseInt(written.slice(2), 10)]
}

function originsOf(given: string, length: number): Uint32Array {
  const origins = new Uint32Array(length + 1)
  let [at, from] = [0, 0]
  for (const { 0: written, index } of given.matchAll(ESCAPED)) {
    while (from < index) origins[at++] = from++
    const end = at + meaning(written).length
    origins.fill(from, at, end)
    at = end
    from += written.length
  }
  while (at <= length) origins[at++] = from++
  return origins
}
