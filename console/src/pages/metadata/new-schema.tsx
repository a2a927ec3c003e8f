import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { answerOf, hub } from '../../api/client.ts'
import type { Domain } from '../../api/metadata-queries.ts'
import { pathTo } from '../../path-builder.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Form } from '../../ui/form.tsx'
import { JsonField, jsonOf, textOfJson } from '../../ui/json-field.tsx'
import { SchemaFields, schemaBody } from './schema-fields.tsx'

const beginning = textOfJson({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'folder/name.json',
  title: 'Name',
  type: 'object',
  properties: {},
})

interface NewSchemaProps {
  readonly domain: Domain
  readonly onClose: () => void
}

/** Creates a schema and leads to its page. */
export function NewSchema({ domain, onClose }: NewSchemaProps) {
  const navigate = useNavigate()
  const [text, setText] = useState(beginning)
  const create = async (values: FormData) => {
    const body = { ...schemaBody(values), value: jsonOf(text, 'value') }
    const params = { path: { id: domain.id } }
    return answerOf(hub.POST('/metadata-repository/api/v1/domains/{id}/schemas', { params, body }))
  }
  return (
    <Dialog title="Create a schema" onClose={onClose}>
      <Form
        action="Create"
        onSubmit={create}
        onDone={({ data }) => navigate({ ...pathTo.schema(data), replace: true })}
        onCancel={onClose}
      >
        <JsonField
          label="JSON Schema"
          name="value"
          value={text}
          onChange={setText}
          rows={12}
          hint="Of draft-04, -06, -07, 2019-09 or 2020-12. Its “$id” is its path within the domain, by which others refer to it."
        />
        <SchemaFields domain={domain} />
      </Form>
    </Dialog>
  )
}
