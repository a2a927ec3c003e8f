import { useState } from 'react'
import { answerOf, hub } from '../../api/client.ts'
import type { Schema } from '../../api/metadata-queries.ts'
import type { Answered } from '../../api/queries.ts'
import { Form } from '../../ui/form.tsx'
import { JsonField, jsonOf } from '../../ui/json-field.tsx'

type Verdict = Answered<'/metadata-repository/api/v1/schemas/{id}/validate', 'post'>

/** A place to try whether a document is valid by the newest version. Nothing of it is kept. */
export function ValidateBox({ schema: { id } }: { schema: Schema }) {
  const [text, setText] = useState('{\n  \n}')
  const [verdict, setVerdict] = useState<Verdict>()
  const validate = async () => {
    setVerdict(undefined)
    const body = { document: jsonOf(text, 'document') }
    return answerOf(hub.POST('/metadata-repository/api/v1/schemas/{id}/validate', { params: { path: { id } }, body }))
  }
  return (
    <section className="card pad" aria-label="Validate a document">
      <Form action="Validate" onSubmit={validate} onDone={setVerdict}>
        <JsonField
          label="Document"
          name="document"
          value={text}
          onChange={setText}
          rows={12}
          hint="Any JSON. It is checked against the newest version, and not kept."
        />
        <div role="status">{verdict && <VerdictView verdict={verdict} />}</div>
      </Form>
    </section>
  )
}

function VerdictView({ verdict: { valid, errors } }: { verdict: Verdict }) {
  return (
    <div className={valid ? 'answer' : 'answer bad'}>
      <strong>
        {valid ? 'The document is valid' : `Not valid: ${errors.length} ${errors.length === 1 ? 'fault' : 'faults'}`}
      </strong>
      {errors.length > 0 && (
        <ol className="differences">
          {errors.map(({ path, schemaPath, keyword, message }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a verdict never changes
            <li key={index}>
              <p>
                <code>{path || '/'}</code> {message} <code>{keyword}</code>
              </p>
              <p className="faint">
                by <code>{schemaPath}</code>
              </p>
            </li>
          ))}
        </ol>
      )}
    </div>
  )
}
