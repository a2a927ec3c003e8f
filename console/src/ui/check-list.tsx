import { useState } from 'react'
import type { Leave } from '../leave.ts'
import { useNotes } from './form-fields.tsx'

/** Choices beyond which one looks for them by typing. */
const MANY = 12

/** One thing that can be ticked. */
export interface Choice {
  readonly value: string
  readonly text: string
  readonly about?: string
  readonly group?: string
  readonly isChosen?: boolean
  /** Where not, it says why. */
  readonly leave?: Leave
}

interface CheckListProps {
  readonly legend: string
  readonly name: string
  readonly choices: readonly Choice[]
  readonly hint?: string
  /** Said where there is nothing to choose. */
  readonly none?: string
}

/** Things of which several can be ticked, in groups; of many the fitting ones are found by typing, and what is ticked stays so. */
export function CheckList({ legend, name, choices, hint, none = 'There are none.' }: CheckListProps) {
  const [wanted, setWanted] = useState('')
  const { about, notes } = useNotes(name, hint)
  const fits = ({ text, about: more = '' }: Choice) =>
    `${text} ${more}`.toLowerCase().includes(wanted.toLowerCase().trim())
  const groups = Object.entries(Object.groupBy(choices, ({ group = '' }) => group))
  return (
    <fieldset className="check-list" {...about}>
      <legend>{legend}</legend>
      {choices.length > MANY && (
        <input
          type="search"
          value={wanted}
          placeholder="Find"
          aria-label={`Find in ${legend.toLowerCase()}`}
          onChange={(event) => setWanted(event.target.value)}
          onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
        />
      )}
      {choices.length === 0 && <p className="faint">{none}</p>}
      {choices.length > 0 && (
        <div className="checks">
          {groups.map(([group, members = []]) => (
            <div key={group} hidden={!members.some(fits)}>
              {group && <h3>{group}</h3>}
              {members.map((choice) => (
                <Check key={choice.value} name={name} choice={choice} isHidden={!fits(choice)} />
              ))}
            </div>
          ))}
          {!choices.some(fits) && <p className="faint">Nothing fits “{wanted}”.</p>}
        </div>
      )}
      {notes}
    </fieldset>
  )
}

function Check({ name, choice, isHidden }: { name: string; choice: Choice; isHidden: boolean }) {
  const { value, text, about, isChosen, leave = { may: true } } = choice
  return (
    <label className="check" hidden={isHidden}>
      <input type="checkbox" name={name} value={value} defaultChecked={isChosen} disabled={!leave.may} />
      <span>
        {text} <small className="faint">{leave.may ? about : leave.reason}</small>
      </span>
    </label>
  )
}
