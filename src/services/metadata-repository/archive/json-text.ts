import { type ParseErrorCode, printParseErrorCode, visit } from 'jsonc-parser'

/** Where a text stops being JSON. */
export interface TextFault {
  /** From 1; undefined = the text nests too deep to tell. */
  readonly line: number | undefined
  /** In UTF-16 units, from 1. */
  readonly column: number | undefined
  /** `comma expected` and the like. */
  readonly reason: string
}

/** Reads a JSON text in UTF-8, with or without a byte order mark. */
export function readJson(content: Uint8Array): { readonly value: unknown } | { readonly fault: TextFault } {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch {
    return { fault: { line: undefined, column: undefined, reason: 'it is not UTF-8' } }
  }
  try {
    return { value: JSON.parse(text) }
  } catch {
    return { fault: faultOf(text) }
  }
}

/** `JSON.parse` tells places in words that differ from version to version, and not always. */
function faultOf(text: string): TextFault {
  const faults: TextFault[] = []
  const onError = (error: ParseErrorCode, _offset: number, _length: number, line: number, column: number) => {
    if (faults.length === 0) faults.push({ line: line + 1, column: column + 1, reason: inWords(error) })
  }
  try {
    visit(text, { onError }, { disallowComments: true })
  } catch {
    // It recurses.
  }
  return faults[0] ?? { line: undefined, column: undefined, reason: 'it cannot be read' }
}

function inWords(error: ParseErrorCode): string {
  return printParseErrorCode(error)
    .replaceAll(/(?<=[a-z])[A-Z]/g, ' $&')
    .toLowerCase()
}
