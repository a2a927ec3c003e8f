import { useEffect, useId, useState } from 'react'

/** After the last key before a list is asked for anew, in milliseconds. */
const PAUSE_MS = 250

interface FilterFieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly placeholder?: string
  /** What may be chosen instead of typed. */
  readonly suggestions?: readonly string[]
  /** Whether the key "/" leads here. */
  readonly isMain?: boolean
  readonly hint?: string
}

/** A text that narrows a list down. The list follows when one stops typing; at once on Enter. */
export function FilterField({ label, value, onChange, suggestions, isMain, hint, ...rest }: FilterFieldProps) {
  const id = useId()
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  useEffect(() => {
    if (text === value) return
    const timer = setTimeout(() => onChange(text), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text, value, onChange])
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="search"
        value={text}
        autoComplete="off"
        spellCheck={false}
        aria-describedby={hint && `${id}-hint`}
        list={suggestions && `${id}-list`}
        data-main-filter={isMain || undefined}
        aria-keyshortcuts={isMain ? '/' : undefined}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === 'Enter' && onChange(text)}
        {...rest}
      />
      {suggestions && (
        <datalist id={`${id}-list`}>
          {suggestions.map((suggestion) => (
            <option key={suggestion} value={suggestion} />
          ))}
        </datalist>
      )}
      {hint && (
        <small id={`${id}-hint`} className="faint">
          {hint}
        </small>
      )}
    </div>
  )
}
