/** A field that a secret fills in. */
export interface SessionField {
  readonly key: string
  readonly label?: string
  readonly required?: boolean
}

/** Fields, one a line: the key, with `?` where it need not be filled in, then what people call it. */
export function fieldsOfLines(text: string): SessionField[] {
  return linesOf(text).map((line) => {
    const [, key = '', isOptional, label] = /^(\S+?)(\?)?(?:\s+(.+))?$/.exec(line) ?? []
    return { key, ...(label && { label }), required: isOptional === undefined }
  })
}

/** The lines that say them. */
export function linesOfFields(fields: readonly SessionField[]): string {
  return fields.map(({ key, label, required }) => `${key}${required ? '' : '?'} ${label ?? ''}`.trim()).join('\n')
}

/** What a request sends, one a line: its name, a colon, and the value. */
export function requestFieldsOfLines(text: string): { key: string; value: string }[] {
  return linesOf(text).map((line) => {
    const [key = '', ...value] = line.split(':')
    return { key: key.trim(), value: value.join(':').trim() }
  })
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
