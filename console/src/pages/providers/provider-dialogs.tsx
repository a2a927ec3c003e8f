import { useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { answerOf, hub } from '../../api/client.ts'
import type { Provider } from '../../api/provider-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { pathTo } from '../../path-builder.ts'
import type { ProviderSearch } from '../../search.ts'
import { ownsInPerson } from '../../secret-can.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Form } from '../../ui/form.tsx'
import { TextField } from '../../ui/form-fields.tsx'
import { Connect } from './connect.tsx'
import { changedFields } from './provider-body.ts'
import { ProviderFields } from './provider-fields.tsx'
import { type Kind, kinds } from './provider-words.ts'

interface DialogProps {
  readonly provider: Provider
  readonly onClose: () => void
}

const dialogs = { connect: Connect, change: ChangeProvider, share: ShareProvider, delete: DeleteProvider }

/** What is being done with a provider. */
export function ProviderDialogs({ doing, ...props }: DialogProps & { doing: NonNullable<ProviderSearch['do']> }) {
  const Doing = dialogs[doing]
  return <Doing {...props} />
}

function isKind(type: Provider['type']): type is Kind {
  return kinds.some(([kind]) => kind === type)
}

function ChangeProvider({ provider, onClose }: DialogProps) {
  const { id, name, type } = provider
  const change = (values: FormData) => {
    const fields = isKind(type) ? changedFields(type, values, provider) : {}
    const body = { name: String(values.get('name')), ...fields }
    return answerOf(hub.PATCH('/secret-service/api/v1/auth-clients/{id}', { params: { path: { id } }, body }))
  }
  return (
    <Dialog title={`Change ${name}`} onClose={onClose}>
      <Form action="Save" onSubmit={change} onDone={onClose} onCancel={onClose}>
        <TextField label="Name" name="name" required defaultValue={name} />
        {isKind(type) && <ProviderFields kind={type} provider={provider} />}
      </Form>
    </Dialog>
  )
}

function ShareProvider({ provider: { id, name, tenant }, onClose }: DialogProps) {
  const share = () => {
    const body = { id: tenant, type: 'TENANT' as const }
    return answerOf(hub.POST('/secret-service/api/v1/auth-clients/{id}/owners', { params: { path: { id } }, body }))
  }
  return (
    <Dialog title={`Share ${name} with the tenant?`} onClose={onClose}>
      <Form action="Share" onSubmit={share} onDone={onClose} onCancel={onClose}>
        <p>
          All users of the tenant, now and later, may connect by it. What comes of it is a secret of theirs: you do not
          see it. Changing the provider is left to whoever owns it in person.
        </p>
      </Form>
    </Dialog>
  )
}

function DeleteProvider({ provider, onClose }: DialogProps) {
  const { data: me } = useSuspenseQuery(meQuery)
  const navigate = useNavigate()
  const { id, name, owners } = provider
  const isLast = !ownsInPerson(me, provider) || owners.length === 1
  return (
    <ConfirmDialog
      title={isLast ? `Delete ${name}?` : `Let go of ${name}?`}
      action={isLast ? 'Delete provider' : 'Let go'}
      onConfirm={() => answerOf(hub.DELETE('/secret-service/api/v1/auth-clients/{id}', { params: { path: { id } } }))}
      onDone={() => navigate({ ...pathTo.providers(), replace: true })}
      onClose={onClose}
    >
      {isLast ? (
        <p>
          Its credentials go for good. <strong>Secrets that were obtained through it are renewed no more</strong>: when
          their tokens end, flows that use them fail at the step that needs one.
        </p>
      ) : (
        <p>
          You own it no longer, and cannot change it any more. It stays with its other{' '}
          {owners.length === 2 ? 'owner' : 'owners'}, and its secrets are renewed as before.
        </p>
      )}
    </ConfirmDialog>
  )
}
