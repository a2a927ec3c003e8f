import { createScanner } from 'jsonc-parser'

/** Where a value stands in a text, as offsets of a JavaScript string. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** The members of a JSON text and where they stand. */
export interface JsonMembers {
  /** The values of object members by JSON pointer; of members with the same name the last, as `JSON.parse` takes it. */
  readonly spans: ReadonlyMap<string, Span>
  /** Whether any object, at any depth, has two members of one name: then values hide behind others. */
  readonly repeated: boolean
}

interface Frame {
  readonly start: number
  /** Undefined where members are not asked for: within arrays and too deep. */
  readonly pointer: string | undefined
  /** Names seen so far; undefined for an array. */
  readonly names: Set<string> | undefined
  /** The member whose value comes next; undefined where a name is to come. */
  name: string | undefined
}

/** Makes a name part of a JSON pointer. */
export function pointerPart(name: string): string {
  // Hardly a name has either, and to look costs a tenth of replacing.
  return /[~/]/.test(name) ? `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}` : `/${name}`
}

/**
 * Finds the members of objects, down to `depth` names from the root, in valid JSON text. It does not recurse: any text that
 * `JSON.parse` takes is scanned, however deep. (A tree of nodes costs three times as much and overflows at a depth of some thousands.)
 */
export function scanMembers(text: string, depth: number): JsonMembers {
  const scanner = createScanner(text, true)
  const spans = new Map<string, Span>()
  const open: Frame[] = []
  let repeated = false

  function end(start: number, pointer: string | undefined): void {
    if (pointer !== undefined && pointer !== '') spans.set(pointer, { start, end: scanner.getPosition() })
  }

  function pointerOfValue(): string | undefined {
    const parent = open.at(-1)
    if (parent === undefined) return ''
    if (parent.pointer === undefined || parent.name === undefined || open.length > depth) return undefined
    return parent.pointer + pointerPart(parent.name)
  }

  for (scanner.scan(); scanner.getTokenLength() > 0; scanner.scan()) {
    const start = scanner.getTokenOffset()
    const frame = open.at(-1)
    switch (text[start]) {
      case '{':
      case '[':
        open.push({
          start,
          pointer: pointerOfValue(),
          names: text[start] === '{' ? new Set() : undefined,
          name: undefined,
        })
        break
      case '}':
      case ']':
        open.pop()
        if (frame) end(frame.start, frame.pointer)
        break
      case ',':
        if (frame) frame.name = undefined
        break
      case ':':
        break
      default:
        if (frame?.names && frame.name === undefined) {
          frame.name = scanner.getTokenValue()
          repeated ||= frame.names.has(frame.name)
          frame.names.add(frame.name)
        } else end(start, pointerOfValue())
    }
  }
  return { spans, repeated }
}
