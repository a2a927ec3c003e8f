import { useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { answerOf, hub } from '../../api/client.ts'
import { meQuery } from '../../api/queries.ts'
import { pathTo } from '../../path-builder.ts'
import type { TypedSecret } from '../../secret-can.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Form, textOf } from '../../ui/form.tsx'
import { CheckField, ChoiceField } from '../../ui/form-fields.tsx'
import { MomentField, momentOf } from '../../ui/moment-field.tsx'
import { AboutFields, endHint, hostsOf, typedValue, ValueFields } from './secret-fields.tsx'
import { typeNames } from './secret-words.ts'

const types = (['SIMPLE', 'API_KEY', 'MIXED'] as const).map((type) => [type, typeNames[type]] as const)

/** Stores a secret and leads to its page. */
export function NewSecret({ onClose }: { onClose: () => void }) {
  const { data: me } = useSuspenseQuery(meQuery)
  const navigate = useNavigate()
  const [type, setType] = useState<TypedSecret>('SIMPLE')
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
    <Dialog title="Create a secret" onClose={onClose}>
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
        <ValueFields key={type} type={type} />
        <AboutFields />
        <MomentField label="Ends" name="expiresAt" hint={endHint} />
        <CheckField
          label="Share it with the tenant"
          name="owners"
          hint="All users of the tenant may then use and change it; to read it in clear they need the permission “secrets.secret.readRaw” all the same."
        />
      </Form>
    </Dialog>
  )
}
