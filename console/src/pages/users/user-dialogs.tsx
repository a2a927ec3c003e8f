import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { answerOf, hub } from '../../api/client.ts'
import { type Status, statuses, type User } from '../../api/iam-queries.ts'
import { type Body, meQuery } from '../../api/queries.ts'
import { type Leave, no, within, yes } from '../../leave.ts'
import { pathTo } from '../../path-builder.ts'
import type { UserSearch } from '../../search.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { CheckList } from '../../ui/check-list.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { chosenOf, Form, textOf } from '../../ui/form.tsx'
import { ChoiceField, TextField } from '../../ui/form-fields.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { TenantLink } from '../../ui/tenant-link.tsx'
import type { Member } from './memberships.tsx'
import { passwordHint } from './new-user.tsx'
import { usePermissionChoices, useRoleChoices } from './role-choices.ts'

interface DialogProps {
  readonly user: User
  /** The same as a member of the tenant that is looked at. */
  readonly member: Member
  readonly onClose: () => unknown
}

const dialogs = { change: ChangeUser, rights: ChangeRights, password: SetPassword, delete: DeleteUser }

/** What is being done with a user. */
export function UserDialogs({ doing, ...props }: DialogProps & { doing: NonNullable<UserSearch['do']> }) {
  const Doing = dialogs[doing]
  return <Doing {...props} />
}

type UserChange = Body<'/iam/api/v1/users/{id}', 'patch'>

function patchUser({ id }: User, body: UserChange) {
  return answerOf(hub.PATCH('/iam/api/v1/users/{id}', { params: { path: { id } }, body }))
}

function ChangeUser({ user, onClose }: DialogProps) {
  const change = (values: FormData) => {
    const username = String(values.get('username'))
    return patchUser(user, {
      ...(username !== user.username && { username }),
      firstname: textOf(values, 'firstname') ?? null,
      lastname: textOf(values, 'lastname') ?? null,
      status: values.get('status') as Status,
    })
  }
  return (
    <Dialog title={`Change ${user.username}`} onClose={onClose}>
      <Form action="Save" onSubmit={change} onDone={onClose} onCancel={onClose}>
        <TextField label="User name" name="username" required defaultValue={user.username} autoCapitalize="none" />
        <div className="form-row">
          <TextField label="First name" name="firstname" defaultValue={user.firstname} />
          <TextField label="Last name" name="lastname" defaultValue={user.lastname} />
        </div>
        <ChoiceField
          label="Status"
          name="status"
          defaultValue={user.status}
          options={statuses.map((each) => [each, each] as const)}
          hint="Only who is ACTIVE can sign in; tokens of others are refused meanwhile."
        />
      </Form>
    </Dialog>
  )
}

function ChangeRights({ user, member, onClose }: DialogProps) {
  const { data: me } = useSuspenseQuery(meQuery)
  const isAdmin = me.permissions.includes('all')
  const { tenant } = member
  const isElsewhere = tenant !== undefined && tenant !== user.tenant
  const roles = useRoleChoices(tenant, member.roles).filter(({ reach }) => !isElsewhere || reach === 'tenant')
  const permissions = usePermissionChoices(member.permissions, ({ name, restricted }) =>
    restricted && (!isAdmin || isElsewhere) ? no('It reaches beyond the tenant') : isAdmin ? yes : within(me, name),
  )
  const change = (values: FormData) => {
    const body = { roles: chosenOf(values, 'roles'), permissions: chosenOf(values, 'permissions') }
    if (!isElsewhere) return patchUser(user, body)
    const params = { path: { id: tenant, userId: user.id } }
    return answerOf(hub.PUT('/iam/api/v1/tenants/{id}/users/{userId}', { params, body }))
  }
  return (
    <Dialog title={`What ${user.username} may do`} onClose={onClose}>
      {tenant && (
        <p>
          In tenant <TenantLink id={tenant} />.
        </p>
      )}
      <Form action="Save" onSubmit={change} onDone={onClose} onCancel={onClose}>
        <CheckList legend="Roles" name="roles" choices={roles} none="There is no role that fits." />
        <details>
          <summary>Permissions given directly: {member.permissions.length || 'none'}</summary>
          <CheckList
            legend="Permissions"
            name="permissions"
            choices={permissions}
            hint="A role is easier to keep in sight."
          />
        </details>
      </Form>
    </Dialog>
  )
}

function SetPassword({ user, onClose }: DialogProps) {
  return (
    <Dialog title={`A new password for ${user.username}`} onClose={onClose}>
      <Form
        action="Set password"
        onSubmit={(values) => patchUser(user, { password: String(values.get('password')) })}
        onDone={onClose}
        onCancel={onClose}
      >
        <TextField
          label="Password"
          name="password"
          type="password"
          required
          autoComplete="new-password"
          hint={passwordHint}
        />
        <p className="faint">All logins of the user end, and the tokens that the user has made.</p>
      </Form>
    </Dialog>
  )
}

function DeleteUser({ user, onClose }: DialogProps) {
  const navigate = useNavigate()
  const { id, username } = user
  return (
    <ConfirmDialog
      title={`Delete ${username}?`}
      action="Delete user"
      onConfirm={() => answerOf(hub.DELETE('/iam/api/v1/users/{id}', { params: { path: { id } } }))}
      onDone={() => navigate({ ...pathTo.users(), replace: true })}
      onClose={onClose}
    >
      <p>
        The account goes for good, in every tenant it belongs to, with its roles, logins and tokens. Programs that use
        one of its tokens are refused from then on. To shut somebody out for a while, disable the user.
      </p>
    </ConfirmDialog>
  )
}

/** Disables a user, or enables one again. */
export function StatusSwitch({ user, leave }: { user: User; leave: Leave }) {
  const client = useQueryClient()
  const isOn = user.status === 'ACTIVE'
  const change = useMutation({
    mutationFn: () => patchUser(user, { status: isOn ? 'DISABLED' : 'ACTIVE' }),
    onSettled: () => client.invalidateQueries(),
  })
  return (
    <>
      {change.error && <ProblemNotice error={change.error} />}
      <ActionButton leave={leave} isBusy={change.isPending} onAction={() => change.mutate()}>
        {isOn ? 'Disable' : 'Enable'}
      </ActionButton>
    </>
  )
}
