import { useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { answerOf, hub } from '../../api/client.ts'
import { findUserByName } from '../../api/iam-queries.ts'
import { Problem } from '../../api/problem.ts'
import { type Body, meQuery } from '../../api/queries.ts'
import type { Owner, Secret } from '../../api/secret-queries.ts'
import { iamCan } from '../../iam-can.ts'
import { pathTo } from '../../path-builder.ts'
import type { SecretSearch } from '../../search.ts'
import { isTyped, ownershipOf } from '../../secret-can.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Form, textOf } from '../../ui/form.tsx'
import { ChoiceField, TextField } from '../../ui/form-fields.tsx'
import { MomentField, momentOf } from '../../ui/moment-field.tsx'
import { ConnectAnew } from '../providers/connect.tsx'
import { AboutFields, endHint, hostsOf, typedValue, ValueFields } from './secret-fields.tsx'

interface DialogProps {
  readonly secret: Secret
  readonly onClose: () => void
}

const dialogs = {
  change: ChangeSecret,
  value: ReplaceValue,
  connect: ConnectAnew,
  share: ShareSecret,
  owner: AddOwner,
  delete: DeleteSecret,
}

/** What is being done with a secret. */
export function SecretDialogs({ doing, ...props }: DialogProps & { doing: NonNullable<SecretSearch['do']> }) {
  const Doing = dialogs[doing]
  return <Doing {...props} />
}

function patchSecret({ id }: Secret, body: Body<'/secret-service/api/v1/secrets/{id}', 'patch'>) {
  return answerOf(hub.PATCH('/secret-service/api/v1/secrets/{id}', { params: { path: { id } }, body }))
}

function ChangeSecret({ secret, onClose }: DialogProps) {
  const change = (values: FormData) =>
    patchSecret(secret, {
      name: String(values.get('name')),
      domain: textOf(values, 'domain') ?? null,
      allowedHosts: hostsOf(values),
      ...(!secret.renews && { expiresAt: momentOf(values, 'expiresAt', secret.expiresAt) ?? null }),
    })
  return (
    <Dialog title={`Change ${secret.name}`} onClose={onClose}>
      <Form action="Save" onSubmit={change} onDone={onClose} onCancel={onClose}>
        <AboutFields secret={secret} />
        {!secret.renews && <MomentField label="Ends" name="expiresAt" at={secret.expiresAt} hint={endHint} />}
      </Form>
    </Dialog>
  )
}

/** For how many seconds the former value stays good beside the new one. */
const keeps = [
  ['300', 'another 5 minutes'],
  ['3600', 'another hour'],
  ['86400', 'another day'],
  ['604800', 'another week'],
  ['0', 'no time: it is gone at once'],
] as const

function ReplaceValue({ secret, onClose }: DialogProps) {
  const { type } = secret
  if (!isTyped(type)) return null
  const replace = (values: FormData) => {
    const expiresAt = momentOf(values, 'expiresAt')
    return patchSecret(secret, {
      value: typedValue(type, values).value,
      keepPreviousFor: Number(values.get('keepPreviousFor') ?? 0),
      ...(expiresAt && { expiresAt }),
    })
  }
  return (
    <Dialog title={`Another value for ${secret.name}`} onClose={onClose}>
      <Form action="Replace value" onSubmit={replace} onDone={onClose} onCancel={onClose}>
        <ValueFields type={type} value={secret.value} />
        {secret.renews ? (
          <p>The former token is gone at once: the hub gets another one when it is next needed.</p>
        ) : (
          <>
            <MomentField
              label="Ends"
              name="expiresAt"
              hint="Of the new value; that of the former one is not its own."
            />
            <ChoiceField
              label="Keep the former value good for"
              name="keepPreviousFor"
              options={keeps}
              defaultValue="3600"
              hint="Time for the other side to change too. Where the former value has leaked, give it none."
            />
          </>
        )}
      </Form>
    </Dialog>
  )
}

function addOwner({ id }: Secret, body: Owner) {
  return answerOf(hub.POST('/secret-service/api/v1/secrets/{id}/owners', { params: { path: { id } }, body }))
}

function ShareSecret({ secret, onClose }: DialogProps) {
  return (
    <Dialog title={`Share ${secret.name} with the tenant?`} onClose={onClose}>
      <Form
        action="Share"
        onSubmit={() => addOwner(secret, { id: secret.tenant, type: 'TENANT' })}
        onDone={onClose}
        onCancel={onClose}
      >
        <p>
          All users of the tenant, now and later, may use it in their flows, change it and let go of it for the tenant.
          To read it in clear they need the permission “secrets.secret.readRaw” all the same.
        </p>
      </Form>
    </Dialog>
  )
}

function AddOwner({ secret, onClose }: DialogProps) {
  const { data: me } = useSuspenseQuery(meQuery)
  const seesUsers = iamCan.seeUsers(me).may
  const add = async (values: FormData) => {
    const given = String(values.get('id')).trim()
    const id = seesUsers ? (await findUserByName(given))?.id : given
    if (id !== undefined) return addOwner(secret, { id, type: 'USER' })
    const message = 'Must be the name of a user that exists'
    throw new Problem(0, { title: 'No user found', detail: message, errors: [{ field: 'id', message }] })
  }
  return (
    <Dialog title={`Add an owner of ${secret.name}`} onClose={onClose}>
      <Form action="Add" onSubmit={add} onDone={onClose} onCancel={onClose}>
        <TextField
          label={seesUsers ? 'User name' : 'User id'}
          name="id"
          required
          autoCapitalize="none"
          hint={
            seesUsers
              ? 'Of a user of the same tenant: nobody else sees anything of it.'
              : 'Of a user of the same tenant, who finds it on the page “Account”.'
          }
        />
      </Form>
    </Dialog>
  )
}

function DeleteSecret({ secret, onClose }: DialogProps) {
  const { data: me } = useSuspenseQuery(meQuery)
  const navigate = useNavigate()
  const { id, name, owners } = secret
  const taken = ownershipOf(me, secret)
  const isLast = taken === undefined || owners.length === 1
  const others = owners.length === 2 ? 'the other owner keeps' : 'the other owners keep'
  return (
    <ConfirmDialog
      title={isLast ? `Delete ${name}?` : `Let go of ${name}?`}
      action={isLast ? 'Delete secret' : 'Let go'}
      onConfirm={() => answerOf(hub.DELETE('/secret-service/api/v1/secrets/{id}', { params: { path: { id } } }))}
      onDone={() => navigate({ ...pathTo.secrets(), replace: true })}
      onClose={onClose}
    >
      {isLast ? (
        <p>
          The secret goes for good, with all versions of its value. <strong>Flows that use it fail</strong> at the step
          that needs it. Who read it stays in the audit log.
        </p>
      ) : (
        <p>
          {taken.type === 'TENANT' ? 'The tenant owns' : 'You own'} it no longer; {others} it. Flows of whoever owns it
          in no other way fail at the step that needs it. To delete it for all, remove the other owners first.
        </p>
      )}
    </ConfirmDialog>
  )
}
