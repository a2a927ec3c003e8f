import { useId } from 'react'

interface SelectFieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  /** Pairs of value and text; an empty value stands for all. */
  readonly options: readonly (readonly [string, string])[]
}

/** A choice out of few or many: the browser's own, which every keyboard and screen reader knows. */
export function SelectField({ label, value, onChange, options }: SelectFieldProps) {
  const id = useId()
  const isKnown = options.some(([each]) => each === value)
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        {!isKnown && <option value={value}>{value}</option>}
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </div>
  )
}
