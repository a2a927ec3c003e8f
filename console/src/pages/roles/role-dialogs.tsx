import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { answerOf, hub } from '../../api/client.ts'
import { type Role, tenantChoicesQuery, usersQuery } from '../../api/iam-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { iamCan } from '../../iam-can.ts'
import { no, within } from '../../leave.ts'
import { pathTo } from '../../path-builder.ts'
import type { RoleSearch } from '../../search.ts'
import { CheckList } from '../../ui/check-list.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { chosenOf, Form, textOf } from '../../ui/form.tsx'
import { ChoiceField, TextField } from '../../ui/form-fields.tsx'
import { usePermissionChoices } from '../users/role-choices.ts'

/** Makes a role and leads to its page. */
export function NewRole({ onClose }: { onClose: () => unknown }) {
  const { data: me } = useSuspenseQuery(meQuery)
  const navigate = useNavigate()
  const isChoice = me.permissions.includes('all')
  const tenants = useQuery({ ...tenantChoicesQuery, enabled: isChoice }).data?.data ?? []
  const create = (values: FormData) => {
    const tenant = textOf(values, 'tenant')
    return answerOf(hub.POST('/iam/api/v1/roles', { body: { ...bodyOf(values), ...(tenant && { tenant }) } }))
  }
  return (
    <Dialog title="New role" onClose={onClose}>
      <Form
        action="Create"
        onSubmit={create}
        onDone={({ id }) => navigate({ ...pathTo.role(id), replace: true })}
        onCancel={onClose}
      >
        {isChoice && (
          <ChoiceField
            label="Tenant"
            name="tenant"
            required
            defaultValue={me.tenant}
            options={[['', 'Choose one'], ...tenants.map(({ id, name }) => [id, name] as const)]}
            hint="A role belongs to a tenant. Those of the hub come with it."
          />
        )}
        <RoleFields />
      </Form>
    </Dialog>
  )
}

function RoleFields({ role }: { role?: Role }) {
  const { data: me } = useSuspenseQuery(meQuery)
  const permissions = usePermissionChoices(role?.permissions ?? [], ({ name, restricted }) =>
    restricted ? no('It reaches beyond a tenant') : within(me, name),
  )
  return (
    <>
      <TextField label="Name" name="name" required defaultValue={role?.name} autoCapitalize="none" />
      <TextField label="What it is for" name="description" defaultValue={role?.description} />
      <CheckList legend="Gives" name="permissions" choices={permissions} />
    </>
  )
}

function bodyOf(values: FormData) {
  return {
    name: String(values.get('name')),
    description: textOf(values, 'description') ?? '',
    permissions: chosenOf(values, 'permissions'),
  }
}

/** What is being done with a role. */
export function RoleDialogs({ role, doing, onClose }: DialogProps & { doing: NonNullable<RoleSearch['do']> }) {
  return doing === 'change' ? (
    <ChangeRole role={role} onClose={onClose} />
  ) : (
    <DeleteRole role={role} onClose={onClose} />
  )
}

interface DialogProps {
  readonly role: Role
  readonly onClose: () => unknown
}

function ChangeRole({ role, onClose }: DialogProps) {
  const params = { path: { id: role.id } }
  const change = (values: FormData) => answerOf(hub.PATCH('/iam/api/v1/roles/{id}', { params, body: bodyOf(values) }))
  return (
    <Dialog title={`Change ${role.name}`} onClose={onClose}>
      <Form action="Save" onSubmit={change} onDone={onClose} onCancel={onClose}>
        <p className="faint">Whoever has the role may do more or less at once.</p>
        <RoleFields role={role} />
      </Form>
    </Dialog>
  )
}

function DeleteRole({ role: { id, name }, onClose }: DialogProps) {
  const { data: me } = useSuspenseQuery(meQuery)
  const navigate = useNavigate()
  const holders = useQuery({ ...usersQuery({ role: id }), enabled: iamCan.seeUsers(me).may }).data?.meta.total
  return (
    <ConfirmDialog
      title={`Delete ${name}?`}
      action="Delete role"
      onConfirm={() => answerOf(hub.DELETE('/iam/api/v1/roles/{id}', { params: { path: { id } } }))}
      onDone={() => navigate({ ...pathTo.roles(), replace: true })}
      onClose={onClose}
    >
      <p>
        The role goes for good, and is taken from all who have it
        {holders === undefined ? '' : holders === 1 ? ': 1 user' : `: ${holders} users`}. They lose what nothing else
        gives them.
      </p>
    </ConfirmDialog>
  )
}
