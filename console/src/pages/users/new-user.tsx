import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { answerOf, hub } from '../../api/client.ts'
import { tenantChoicesQuery } from '../../api/iam-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { iamCan } from '../../iam-can.ts'
import { pathTo } from '../../path-builder.ts'
import { CheckList } from '../../ui/check-list.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { chosenOf, Form, textOf } from '../../ui/form.tsx'
import { ChoiceField, TextField } from '../../ui/form-fields.tsx'
import { useRoleChoices } from './role-choices.ts'

/** What is asked of a new password; the hub checks it. */
export const passwordHint =
  'At least 8 characters, of any kind. None of the common ones, and more than the name with something added.'

/** Makes a user and leads to the page of it. */
export function NewUser({ tenant: given, onClose }: { tenant: string | undefined; onClose: () => void }) {
  const { data: me } = useSuspenseQuery(meQuery)
  const navigate = useNavigate()
  const isAdmin = me.permissions.includes('all')
  const [tenant, setTenant] = useState(given ?? me.tenant ?? '')
  const roles = useRoleChoices(tenant || undefined)
  const create = (values: FormData) => {
    const [firstname, lastname, chosen] = [
      textOf(values, 'firstname'),
      textOf(values, 'lastname'),
      chosenOf(values, 'roles'),
    ]
    const body = {
      username: String(values.get('username')),
      password: String(values.get('password')),
      ...(firstname && { firstname }),
      ...(lastname && { lastname }),
      ...(tenant && { tenant }),
      ...(chosen.length > 0 && { roles: chosen }),
    }
    return answerOf(hub.POST('/iam/api/v1/users', { body }))
  }
  return (
    <Dialog title="New user" onClose={onClose}>
      <Form
        action="Create"
        onSubmit={create}
        onDone={({ id }) => navigate({ ...pathTo.user(id), replace: true })}
        onCancel={onClose}
      >
        <TextField
          label="User name"
          name="username"
          required
          autoCapitalize="none"
          hint="What one signs in with, often an e-mail address."
        />
        <div className="form-row">
          <TextField label="First name" name="firstname" />
          <TextField label="Last name" name="lastname" />
        </div>
        <TextField
          label="Password"
          name="password"
          type="password"
          required
          autoComplete="new-password"
          hint={passwordHint}
        />
        {isAdmin && <TenantChoice value={tenant} onChange={setTenant} />}
        <CheckList
          key={tenant}
          legend="Roles"
          name="roles"
          choices={roles}
          hint={tenant ? 'None ticked: the role USER.' : 'Of no tenant: only ADMIN fits.'}
        />
      </Form>
    </Dialog>
  )
}

function TenantChoice({ value, onChange }: { value: string; onChange: (tenant: string) => void }) {
  const { data: me } = useSuspenseQuery(meQuery)
  const tenants = useQuery({ ...tenantChoicesQuery, enabled: iamCan.seeTenants(me).may }).data?.data ?? []
  return (
    <ChoiceField
      label="Tenant"
      name="tenant"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      options={[['', 'None: for administrators of the hub'], ...tenants.map(({ id, name }) => [id, name] as const)]}
    />
  )
}
