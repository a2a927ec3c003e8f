import { useMutation, useQueryClient } from '@tanstack/react-query'
import { createContext, type FormEvent, type ReactNode, useContext } from 'react'
import { toProblem } from '../api/problem.ts'
import { type Leave, yes } from '../leave.ts'
import { ActionButton } from './action-button.tsx'
import { ProblemNotice } from './problem-notice.tsx'

const Faults = createContext<ReadonlyMap<string, string>>(new Map())

/** What the hub found wrong with a field of the form around, in a sentence. */
export function useFault(name: string): string | undefined {
  return useContext(Faults).get(name)
}

interface FormProps<R> {
  /** What the button says. */
  readonly action: string
  readonly onSubmit: (values: FormData) => Promise<R>
  /** After it was done; then everything that is shown is looked at again. */
  readonly onDone?: (result: R) => unknown
  readonly onCancel?: (() => void) | undefined
  /** How the button looks. Default: as the one thing to do. */
  readonly tone?: 'primary' | 'plain' | 'danger'
  /** Where it may not be done, the button says why. Default: it may. */
  readonly leave?: Leave
  /** Other buttons, before it. */
  readonly beside?: ReactNode
  readonly children?: ReactNode
}

/** Fields and a button. What the hub refuses stands at the field that it names, where the form has that one, else above. */
export function Form<R>({
  action,
  onSubmit,
  onDone,
  onCancel,
  tone = 'primary',
  leave = yes,
  beside,
  children,
}: FormProps<R>) {
  const client = useQueryClient()
  const attempt = useMutation({
    mutationFn: ({ values }: Sent) => onSubmit(values),
    onSuccess: async (result) => {
      await onDone?.(result)
      void client.invalidateQueries()
    },
    onError: (error, { form }) => focusFault(form, error),
    // What was typed may be a secret, and what was answered too.
    gcTime: 0,
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (leave.may && !attempt.isPending)
      attempt.mutate({ form: event.currentTarget, values: new FormData(event.currentTarget) })
  }
  const { error, variables } = attempt
  const named = error && variables ? faultsOf(variables.form, error) : []
  const isAtFields =
    variables !== undefined && named.length > 0 && named.every(([name]) => fieldOf(variables.form, name))
  return (
    <form className="form" onSubmit={submit}>
      {error && !isAtFields && <ProblemNotice error={error} />}
      <Faults value={new Map(named)}>{children}</Faults>
      <div className="dialog-buttons">
        {onCancel && (
          <button type="button" className="button" onClick={onCancel}>
            Cancel
          </button>
        )}
        {beside}
        {leave.may ? (
          <button type="submit" className={`button ${tone}`} disabled={attempt.isPending}>
            {attempt.isPending ? 'One moment …' : action}
          </button>
        ) : (
          <ActionButton leave={leave} onAction={() => {}}>
            {action}
          </ActionButton>
        )}
      </div>
    </form>
  )
}

interface Sent {
  readonly form: HTMLFormElement
  readonly values: FormData
}

/** By the name of the field: "roles[0]" is about "roles", and "value.key" about "value" where the form has no field of the whole name. */
function faultsOf(form: HTMLFormElement, error: unknown): [string, string][] {
  return toProblem(error).faults.map(({ field = '', message }) => {
    const told = message.replace(/^Field "[^"]*" /, '')
    const name = fieldOf(form, field) ? field : field.replace(/[[.].*$/, '')
    return [name, told.charAt(0).toUpperCase() + told.slice(1)]
  })
}

function fieldOf(form: HTMLFormElement, name: string): HTMLElement | undefined {
  return [...form.elements].find((each): each is HTMLElement => each.getAttribute('name') === name)
}

function focusFault(form: HTMLFormElement, error: unknown): void {
  const [field] = faultsOf(form, error).flatMap(([name]) => fieldOf(form, name) ?? [])
  field?.focus()
}

/** A text of a form, without spaces around it; undefined where there is none. */
export function textOf(values: FormData, name: string): string | undefined {
  return String(values.get(name) ?? '').trim() || undefined
}

/** All that is chosen under a name. */
export function chosenOf(values: FormData, name: string): string[] {
  return values.getAll(name).map(String)
}
