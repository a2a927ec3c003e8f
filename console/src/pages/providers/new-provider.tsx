import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { answerOf, hub } from '../../api/client.ts'
import { templatesQuery } from '../../api/provider-queries.ts'
import { type Answer, meQuery } from '../../api/queries.ts'
import { pathTo } from '../../path-builder.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Form } from '../../ui/form.tsx'
import { CheckField, ChoiceField, TextField } from '../../ui/form-fields.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { newFields } from './provider-body.ts'
import { ProviderFields } from './provider-fields.tsx'
import { type Kind, kinds } from './provider-words.ts'
import { RedirectAddress } from './redirect-address.tsx'

/** Makes the hub known as a client of a provider, and leads to its page. */
export function NewProvider({ onClose }: { onClose: () => void }) {
  const query = useQuery(templatesQuery)
  // The keyboard is put into the first field of what is there when the dialog opens.
  if (query.isPending) return null
  return (
    <Dialog title="Add a provider" onClose={onClose}>
      <Loaded query={query}>{(known) => <ProviderForm known={known} onClose={onClose} />}</Loaded>
    </Dialog>
  )
}

interface ProviderFormProps {
  readonly known: Answer<'/secret-service/api/v1/auth-client-templates'>
  readonly onClose: () => void
}

function ProviderForm({ known, onClose }: ProviderFormProps) {
  const { data: me } = useSuspenseQuery(meQuery)
  const navigate = useNavigate()
  const [choice, setChoice] = useState<string>(known.data[0]?.key ?? kinds[0][0])
  const template = known.data.find(({ key }) => key === choice)
  const kind = template?.type ?? (choice as Kind)
  const create = (values: FormData) => {
    const body = {
      ...newFields(kind, values),
      name: String(values.get('name')),
      ...(template && { template: template.key }),
      ...(me.tenant && values.has('owners') && { owners: [{ id: me.tenant, type: 'TENANT' as const }] }),
    }
    return answerOf(hub.POST('/secret-service/api/v1/auth-clients', { body }))
  }
  return (
    <Form
      action="Add"
      onSubmit={create}
      onDone={({ data }) => navigate({ ...pathTo.provider(data.id), replace: true })}
      onCancel={onClose}
    >
      <ChoiceField
        label="Provider"
        name="template"
        options={[...known.data.map(({ key, name }) => [key, name] as const), ...kinds]}
        value={choice}
        onChange={(event) => setChoice(event.target.value)}
      />
      {template && (
        <p>
          Register the hub there first, as{' '}
          <a href={template.documentation} target="_blank" rel="noreferrer">
            {template.name} describes it
          </a>
          : that gives the client id and the client secret.
        </p>
      )}
      {kind === 'OA2_AUTHORIZATION_CODE' && <RedirectAddress address={known.redirectUri} />}
      <TextField
        key={`name of ${choice}`}
        label="Name"
        name="name"
        required
        defaultValue={template?.name}
        hint="Not secret: it stands in lists, events and the audit log."
      />
      <ProviderFields key={choice} kind={kind} template={template} />
      <CheckField
        label="Share it with the tenant"
        name="owners"
        hint="All users of the tenant may then connect by it; changing it is left to whoever owns it in person."
      />
    </Form>
  )
}
