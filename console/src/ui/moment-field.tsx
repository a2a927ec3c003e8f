import type { ReactNode } from 'react'
import { textOf } from './form.tsx'
import { TextField } from './form-fields.tsx'

interface MomentFieldProps {
  readonly label: string
  readonly name: string
  readonly hint?: ReactNode
  /** ISO 8601. */
  readonly at?: string | undefined
}

/** A day and a time of day, as the clock on the wall shows it. */
export function MomentField({ at, ...field }: MomentFieldProps) {
  return <TextField type="datetime-local" max="9999-12-31T23:59" defaultValue={at && wallTime(at)} {...field} />
}

/** What the field says, as ISO 8601; undefined where it is empty. As long as nobody touches it, it is `at` to the millisecond. */
export function momentOf(values: FormData, name: string, at?: string): string | undefined {
  const text = textOf(values, name)
  if (text === undefined) return undefined
  return at !== undefined && text === wallTime(at) ? at : new Date(text).toISOString()
}

/** To the minute, which is what browsers let one choose. */
function wallTime(at: string): string {
  const date = new Date(at)
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
