import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { answerOf, hub } from '../../api/client.ts'
import { providerChoicesQuery } from '../../api/provider-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { pathTo } from '../../path-builder.ts'
import { isFilledIn } from '../../provider-can.ts'
import type { TypedSecret } from '../../secret-can.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Form, textOf } from '../../ui/form.tsx'
import { CheckField, ChoiceField } from '../../ui/form-fields.tsx'
import { MomentField, momentOf } from '../../ui/moment-field.tsx'
import { AboutFields, endHint, hostsOf, typedValue, ValueFields } from './secret-fields.tsx'
import { typeNames } from './secret-words.ts'

const types = (['SIMPLE', 'API_KEY', 'MIXED', 'OA2_CLIENT_CREDENTIALS', 'SESSION_AUTH'] as const).map(
  (type) => [type, typeNames[type]] as const,
)

interface NewSecretProps {
  /** The id of the provider that it is for. */
  readonly provider?: string | undefined
  readonly onClose: () => void
}

/** Stores a secret and leads to its page. */
export function NewSecret({ provider, onClose }: NewSecretProps) {
  const query = useQuery({ ...providerChoicesQuery, enabled: provider !== undefined })
  const type = query.data?.data.find(({ id }) => id === provider)?.type
  if (provider !== undefined && query.isPending) return null
  return (
    <Dialog title="Create a secret" onClose={onClose}>
      <SecretForm first={type && isFilledIn(type) ? type : 'SIMPLE'} provider={provider} onClose={onClose} />
    </Dialog>
  )
}

function SecretForm({ first, provider, onClose }: NewSecretProps & { first: TypedSecret }) {
  const { data: me } = useSuspenseQuery(meQuery)
  const navigate = useNavigate()
  const [type, setType] = useState(first)
  const create = (values: FormData) => {
    const [domain, expiresAt] = [textOf(values, 'domain'), momentOf(values, 'expiresAt')]
    const body = {
      ...typedValue(type, values),
      name: String(values.get('name')),
      allowedHosts: hostsOf(values),
      ...(domain && { domain }),
      ...(expiresAt && { expiresAt }),
      ...(me.tenant && values.has('owners') && { owners: [{ id: me.tenant, type: 'TENANT' as const }] }),
    }
    return answerOf(hub.POST('/secret-service/api/v1/secrets', { body }))
  }
  return (
    <Form
      action="Create"
      onSubmit={create}
      onDone={({ data }) => navigate({ ...pathTo.secret(data.id), replace: true })}
      onCancel={onClose}
    >
      <ChoiceField
        label="Type"
        name="type"
        options={types}
        value={type}
        onChange={(event) => setType(event.target.value as TypedSecret)}
      />
      <ValueFields key={type} type={type} provider={provider} />
      <AboutFields />
      {!isFilledIn(type) && <MomentField label="Ends" name="expiresAt" hint={endHint} />}
      <CheckField
        label="Share it with the tenant"
        name="owners"
        hint="All users of the tenant may then use and change it; to read it in clear they need the permission “secrets.secret.readRaw” all the same."
      />
    </Form>
  )
}
