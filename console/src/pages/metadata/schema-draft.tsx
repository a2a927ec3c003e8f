import { useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { answerOf, hub } from '../../api/client.ts'
import { type CompatibilityMode, domainQuery, type Schema } from '../../api/metadata-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { metadataCan } from '../../metadata-can.ts'
import { pathTo } from '../../path-builder.ts'
import { Form } from '../../ui/form.tsx'
import { JsonField, jsonOf, textOfJson } from '../../ui/json-field.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { CompatibilityReport } from './compatibility-report.tsx'
import { type Report, reporting } from './report.ts'
import { SchemaFields, schemaBody } from './schema-fields.tsx'

/** JSON that is to become another version. */
export interface Draft {
  /** The schema as it was when the draft was begun. */
  readonly began: Schema
  readonly text: string
}

interface DraftProps {
  readonly schema: Schema
  /** Undefined = nothing has been written yet. */
  readonly draft: Draft | undefined
  readonly onDraft: (draft: Draft | undefined) => void
}

/** A draft of another version: checked by whoever sees the schema, saved by whoever may change it. What is checked stays here. */
export function SchemaDraft({ schema, draft, onDraft }: DraftProps) {
  const { id, domainId, uri } = schema
  const { data: me } = useSuspenseQuery(meQuery)
  const domain = useQuery(domainQuery(domainId)).data?.data
  const navigate = useNavigate()
  const [begun] = useState<Draft>(() => ({ began: schema, text: textOfJson(schema.value) }))
  const { began, text } = draft ?? begun
  const [mode, setMode] = useState<string>(began.compatibility ?? '')
  const [report, setReport] = useState<Report>()
  const checking = useMutation({
    mutationFn: async () => {
      setReport(undefined)
      const body = { value: jsonOf(text, 'value'), ...(mode && { mode: mode as CompatibilityMode }) }
      const params = { path: { id } }
      return answerOf(hub.POST('/metadata-repository/api/v1/schemas/{id}/compatibility', { params, body }))
    },
    onSuccess: setReport,
  })
  const save = async (values: FormData) => {
    checking.reset()
    const body = { ...schemaBody(values, began), value: jsonOf(text, 'value') }
    const params = { path: { id: domainId, '*': uri } }
    return answerOf(hub.PUT('/metadata-repository/api/v1/domains/{id}/schemas/{*}', { params, body }))
  }
  return (
    <section className="card pad" aria-label="Draft">
      {schema.version !== began.version && (
        <p className="notice" role="status">
          Version {schema.version} has been saved meanwhile; this draft began with version {began.version}.
        </p>
      )}
      <Form
        action="Save"
        leave={metadataCan.change(me, schema)}
        beside={
          <button type="button" className="button" disabled={checking.isPending} onClick={() => checking.mutate()}>
            {checking.isPending ? 'One moment …' : 'Check'}
          </button>
        }
        onSubmit={(values) => reporting(setReport, () => save(values))}
        onDone={() => {
          onDraft(undefined)
          return navigate({ ...pathTo.schema({ domainId, uri }), resetScroll: false })
        }}
      >
        <JsonField
          label="JSON Schema"
          name="value"
          value={text}
          onChange={(typed) => onDraft({ began, text: typed })}
          hint="Check says what the change would break, and stores nothing. Save makes another version of it, unless that breaks something."
        />
        <SchemaFields domain={domain} schema={began} onMode={setMode} />
        <div role="status">{report && <CompatibilityReport report={report} />}</div>
        {checking.error && <ProblemNotice error={checking.error} />}
      </Form>
    </section>
  )
}
