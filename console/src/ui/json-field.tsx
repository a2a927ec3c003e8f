import { useRef } from 'react'
import { parseExact } from '../api/exact-json.ts'
import type { Json } from '../api/metadata-queries.ts'
import { Problem } from '../api/problem.ts'
import { useNotes } from './form-fields.tsx'

interface JsonFieldProps {
  readonly label: string
  readonly name: string
  readonly value: string
  readonly onChange: (text: string) => void
  readonly hint?: string
  readonly rows?: number
}

/** JSON to be typed, with the numbers of its lines, by which faults are told. Tab leads on, as everywhere. */
export function JsonField({ label, name, value, onChange, hint, rows = 18 }: JsonFieldProps) {
  const { id, about, notes } = useNotes(name, hint)
  const numbers = useRef<HTMLPreElement>(null)
  const lines = value.split('\n').length
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="json-field">
        <pre ref={numbers} aria-hidden="true">
          {Array.from({ length: lines }, (_, index) => index + 1).join('\n')}
        </pre>
        <textarea
          id={id}
          name={name}
          rows={rows}
          wrap="off"
          spellCheck={false}
          autoCapitalize="none"
          value={value}
          onChange={(event) => onChange(event.target.value)}
          onScroll={({ currentTarget }) => {
            if (numbers.current) numbers.current.scrollTop = currentTarget.scrollTop
          }}
          {...about}
        />
      </div>
      {notes}
    </div>
  )
}

/** What a text says that was typed into the field of this name, digit by digit. Throws a `Problem` that says where it is no JSON. */
export function jsonOf(text: string, field: string): Json {
  try {
    return parseExact(text) as Json
  } catch (error) {
    const message = `Must be JSON: ${error instanceof Error ? error.message : error}`
    throw new Problem(0, { title: 'This is no JSON', detail: message, errors: [{ field, message }] })
  }
}

/** How values are written into such fields. */
export function textOfJson(value: unknown): string {
  return JSON.stringify(value, null, 2)
}
