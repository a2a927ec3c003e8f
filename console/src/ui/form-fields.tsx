import { type ComponentProps, type ReactNode, useId } from 'react'
import { useFault } from './form.tsx'

interface FieldProps {
  readonly label: string
  readonly name: string
  readonly hint?: ReactNode
}

type InputProps = FieldProps & Omit<ComponentProps<'input'>, 'name' | 'id'>

/** One line of text. */
export function TextField({ label, name, hint, ...input }: InputProps) {
  const { id, about, notes } = useNotes(name, hint)
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} name={name} spellCheck={false} autoComplete="off" {...about} {...input} />
      {notes}
    </div>
  )
}

/** Several lines of text. */
export function LinesField({ label, name, hint, ...area }: FieldProps & ComponentProps<'textarea'>) {
  const { id, about, notes } = useNotes(name, hint)
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea id={id} name={name} rows={3} spellCheck={false} {...about} {...area} />
      {notes}
    </div>
  )
}

type ChoiceProps = FieldProps &
  Omit<ComponentProps<'select'>, 'name' | 'id'> & { readonly options: readonly (readonly [string, string])[] }

/** One of a few; pairs of value and text. */
export function ChoiceField({ label, name, hint, options, ...select }: ChoiceProps) {
  const { id, about, notes } = useNotes(name, hint)
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} name={name} {...about} {...select}>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      {notes}
    </div>
  )
}

/** Yes or no. */
export function CheckField({ label, name, hint, ...input }: InputProps) {
  const { id, about, notes } = useNotes(name, hint)
  return (
    <div className="field">
      <label className="check" htmlFor={id}>
        <input id={id} name={name} type="checkbox" {...about} {...input} />
        <span>{label}</span>
      </label>
      {notes}
    </div>
  )
}

/** What stands below a field: its hint and its fault, and how the field names them. */
export function useNotes(name: string, hint: ReactNode) {
  const id = useId()
  const fault = useFault(name)
  const ids = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ')
  const about = { 'aria-describedby': ids || undefined, 'aria-invalid': fault !== undefined || undefined }
  const notes = (
    <>
      {hint && (
        <small id={`${id}-hint`} className="faint">
          {hint}
        </small>
      )}
      {fault && (
        <small id={`${id}-fault`} className="fault">
          {fault}
        </small>
      )}
    </>
  )
  return { id, about, notes }
}
