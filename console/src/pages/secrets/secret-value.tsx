import { useMutation, useSuspenseQuery } from '@tanstack/react-query'
import { meQuery } from '../../api/queries.ts'
import { readSecret, type Secret } from '../../api/secret-queries.ts'
import { secretCan } from '../../secret-can.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { fieldNames } from './secret-words.ts'

type Value = NonNullable<Secret['value']>

/** The value, masked until somebody who may wants to see it. In clear it is there for as long as it is shown, and nowhere else. */
export function SecretValue({ secret }: { secret: Secret }) {
  const { data: me } = useSuspenseQuery(meQuery)
  const reading = useMutation({ mutationFn: () => readSecret(secret.id), gcTime: 0 })
  const leave = secretCan.read(me, secret)
  const isShown = reading.data !== undefined
  return (
    <section className="card pad" aria-labelledby="value">
      <div className="section-head">
        <h2 id="value">Value</h2>
        {isShown ? (
          <button type="button" className="button" onClick={() => reading.reset()}>
            Hide
          </button>
        ) : (
          <ActionButton leave={leave} isBusy={reading.isPending} onAction={() => reading.mutate()}>
            Show
          </ActionButton>
        )}
      </div>
      {reading.error && <ProblemNotice error={reading.error} />}
      <div role="status">
        {reading.data ? <ClearValue value={reading.data} /> : <MaskedValue value={secret.value ?? {}} />}
      </div>
      <p className="faint">
        {leave.may
          ? isShown
            ? 'This reading is on record. Hide the value when you are done.'
            : 'The value is masked. Show asks the hub for it in clear: the reading goes on record, with your name.'
          : `The value is masked. You may not read it in clear: ${leave.reason}.`}
      </p>
    </section>
  )
}

/** Texts of a value by what they are called; its end is told elsewhere. */
function fieldsOf(value: Value): (readonly [string, string])[] {
  return Object.entries(value).flatMap(([name, given]) => {
    const label = fieldNames[name]
    return label === undefined ? [] : [[label, typeof given === 'string' ? given : JSON.stringify(given, null, 2)]]
  })
}

function MaskedValue({ value }: { value: Value }) {
  const fields = fieldsOf(value)
  if (fields.length === 0) return <p className="faint">There is none yet.</p>
  return (
    <dl className="facts">
      {fields.map(([label, text]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd className="mono">{text}</dd>
        </div>
      ))}
    </dl>
  )
}

function ClearValue({ value }: { value: Value }) {
  return fieldsOf(value).map(([label, text]) => (
    <div key={label} className="clear-value">
      <h3>{label}</h3>
      <p className="copy-line secret">
        <code>{text}</code>
        <CopyButton text={text} what={label.toLowerCase()} label="Copy" />
      </p>
    </div>
  ))
}
