import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { answerOf, hub } from '../../api/client.ts'
import { findUserByName, type Status, statuses, type Tenant, type User, usersQuery } from '../../api/iam-queries.ts'
import { Problem } from '../../api/problem.ts'
import { meQuery } from '../../api/queries.ts'
import { iamCan } from '../../iam-can.ts'
import { pathTo } from '../../path-builder.ts'
import type { TenantSearch } from '../../search.ts'
import { CheckList } from '../../ui/check-list.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { chosenOf, Form } from '../../ui/form.tsx'
import { ChoiceField, TextField } from '../../ui/form-fields.tsx'
import { saveFile } from '../../ui/save-file.ts'
import { useRoleChoices } from '../users/role-choices.ts'
import { TenantKey } from './tenant-key.tsx'

interface DialogProps {
  readonly tenant: Tenant
  readonly onClose: () => unknown
}

const dialogs = { rename: ChangeTenant, key: TenantKey, export: ExportTenant, delete: DeleteTenant, 'take-in': TakeIn }

/** What is being done with a tenant. */
export function TenantDialogs({ doing, ...props }: DialogProps & { doing: NonNullable<TenantSearch['do']> }) {
  const Doing = dialogs[doing]
  return <Doing {...props} />
}

function ChangeTenant({ tenant, onClose }: DialogProps) {
  const { data: me } = useSuspenseQuery(meQuery)
  const leave = iamCan.standTenant(me)
  const params = { path: { id: tenant.id } }
  const change = (values: FormData) => {
    const status = leave.may ? { status: values.get('status') as Status } : {}
    return answerOf(
      hub.PATCH('/iam/api/v1/tenants/{id}', { params, body: { name: String(values.get('name')), ...status } }),
    )
  }
  return (
    <Dialog title={`Change ${tenant.name}`} onClose={onClose}>
      <Form action="Save" onSubmit={change} onDone={onClose} onCancel={onClose}>
        <TextField label="Name" name="name" required defaultValue={tenant.name} />
        <ChoiceField
          label="Status"
          name="status"
          defaultValue={tenant.status}
          disabled={!leave.may}
          options={statuses.map((each) => [each, each] as const)}
          hint={leave.may ? 'In a tenant that is not ACTIVE nobody may do anything.' : `${leave.reason} change it.`}
        />
      </Form>
    </Dialog>
  )
}

function ExportTenant({ tenant: { id, name }, onClose }: DialogProps) {
  const take = async () => {
    const file = await answerOf(hub.GET('/iam/api/v1/tenants/{id}/export', { params: { path: { id } } }))
    saveFile(`tenant-${id}.json`, JSON.stringify(file, null, 2))
  }
  return (
    <Dialog title={`Export ${name}`} onClose={onClose}>
      <Form action="Download" onSubmit={take} onDone={onClose} onCancel={onClose}>
        <p>
          One file with the tenant, its roles, and its users with what they may do there, for an import at another hub.
          It holds the <strong>hashes of their passwords</strong>: keep it like a key. Tokens and flows are not in it.
        </p>
      </Form>
    </Dialog>
  )
}

function DeleteTenant({ tenant: { id, name }, onClose }: DialogProps) {
  const navigate = useNavigate()
  const members = useQuery(usersQuery({ tenant: id })).data?.meta.total
  const who = members === undefined ? 'its members' : members === 1 ? 'its one member' : `its ${members} members`
  return (
    <ConfirmDialog
      title={`Delete ${name}?`}
      action="Delete tenant"
      typed={name}
      onConfirm={() => answerOf(hub.DELETE('/iam/api/v1/tenants/{id}', { params: { path: { id } } }))}
      onDone={() => navigate({ ...pathTo.tenants(), replace: true })}
      onClose={onClose}
    >
      <p>
        The tenant goes for good, with its roles and tokens and {who}, but for those who belong to something else too.
        Its entries in the audit log stay. What was exported can be imported again.
      </p>
    </ConfirmDialog>
  )
}

function TakeIn({ tenant, onClose }: DialogProps) {
  const roles = useRoleChoices(tenant.id)
  const takeIn = async (values: FormData) => {
    const user = await findUserByName(String(values.get('username')))
    if (user === undefined) {
      const message = 'Must be the name of a user that exists'
      throw new Problem(0, { title: 'No user found', detail: message, errors: [{ field: 'username', message }] })
    }
    const params = { path: { id: tenant.id, userId: user.id } }
    const body = { roles: chosenOf(values, 'roles') }
    return answerOf(hub.PUT('/iam/api/v1/tenants/{id}/users/{userId}', { params, body }))
  }
  return (
    <Dialog title={`Take a user into ${tenant.name}`} onClose={onClose}>
      <Form action="Take in" onSubmit={takeIn} onDone={onClose} onCancel={onClose}>
        <TextField
          label="User name"
          name="username"
          required
          autoCapitalize="none"
          hint="Of somebody who exists already, in another tenant for example."
        />
        <CheckList legend="Roles in this tenant" name="roles" choices={roles} />
      </Form>
    </Dialog>
  )
}

/** Takes a user out of a tenant. */
export function RemoveMember({ tenant, user, onClose }: DialogProps & { user: User }) {
  const params = { path: { id: tenant.id, userId: user.id } }
  return (
    <ConfirmDialog
      title={`Remove ${user.username} from ${tenant.name}?`}
      action="Remove"
      onConfirm={() => answerOf(hub.DELETE('/iam/api/v1/tenants/{id}/user/{userId}', { params }))}
      onDone={onClose}
      onClose={onClose}
    >
      <p>
        The membership ends with its roles and tokens. <strong>Somebody who belongs to nothing else is deleted</strong>,
        with the account; others keep theirs.
      </p>
    </ConfirmDialog>
  )
}
