import { useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { answerOf, hub } from '../../api/client.ts'
import { meQuery } from '../../api/queries.ts'
import type { AuthClient } from '../../api/secret-queries.ts'
import { textIn } from '../../live/live-event.ts'
import { connectedUrl, pathTo } from '../../path-builder.ts'
import type { AuthClientSearch } from '../../search.ts'
import { ownershipOf } from '../../secret-can.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Form, textOf } from '../../ui/form.tsx'
import { TextField } from '../../ui/form-fields.tsx'
import {
  CredentialFields,
  credentialsOf,
  EndpointFields,
  endpointsOf,
  isTypedClient,
  ScopeField,
} from './auth-client-fields.tsx'

interface DialogProps {
  readonly client: AuthClient
  readonly onClose: () => unknown
}

const dialogs = { connect: Connect, change: ChangeClient, delete: DeleteClient }

/** What is being done with an auth client. */
export function AuthClientDialogs({ doing, ...props }: DialogProps & { doing: NonNullable<AuthClientSearch['do']> }) {
  const Doing = dialogs[doing]
  return <Doing {...props} />
}

function Connect(props: DialogProps) {
  switch (props.client.type) {
    case 'OA2_AUTHORIZATION_CODE':
      return <ConnectByConsent {...props} />
    case 'OA2_CLIENT_CREDENTIALS':
      return <ConnectByCredentials {...props} />
    default:
      return null
  }
}

/** Sends the browser to the provider, which leads back to the page of the new secret. */
function ConnectByConsent({ client: { id, name }, onClose }: DialogProps) {
  const start = (values: FormData) => {
    const scope = textOf(values, 'scope')
    const body = { secretName: String(values.get('secretName')), successUrl: connectedUrl(), ...(scope && { scope }) }
    return answerOf(hub.POST('/secret-service/api/v1/auth-clients/{id}/start-flow', { params: { path: { id } }, body }))
  }
  return (
    <Dialog title={`Connect through ${name}`} onClose={onClose}>
      <Form
        action="Go to the provider"
        onSubmit={start}
        onDone={({ data }) => location.assign(data.authUrl)}
        onCancel={onClose}
      >
        <p>
          You sign in at the provider and consent there; then you come back to the new secret. An account that is
          connected already gets another value, where the provider says whose account it is.
        </p>
        <TextField label="Name of the secret" name="secretName" required defaultValue={name} />
        <TextField label="Scope" name="scope" hint="What to ask for beside the scope of the auth client." />
      </Form>
    </Dialog>
  )
}

/** Nobody needs to consent: the hub gets the token as soon as somebody reads the secret. */
function ConnectByCredentials({ client: { id, name }, onClose }: DialogProps) {
  const navigate = useNavigate()
  const create = (values: FormData) => {
    const scope = textOf(values, 'scope')
    const body = {
      type: 'OA2_CLIENT_CREDENTIALS' as const,
      name: String(values.get('name')),
      value: { authClientId: id, ...(scope && { scope }) },
    }
    return answerOf(hub.POST('/secret-service/api/v1/secrets', { body }))
  }
  return (
    <Dialog title={`Connect through ${name}`} onClose={onClose}>
      <Form
        action="Create secret"
        onSubmit={create}
        onDone={({ data }) => navigate({ ...pathTo.secret(data.id), replace: true })}
        onCancel={onClose}
      >
        <p>The client acts for itself: nobody has to consent. The hub gets a token when the secret is read.</p>
        <TextField label="Name of the secret" name="name" required defaultValue={name} />
        <TextField label="Scope" name="scope" hint="What to ask for beside the scope of the auth client." />
      </Form>
    </Dialog>
  )
}

function ChangeClient({ client, onClose }: DialogProps) {
  const { id, type } = client
  const change = (values: FormData) => {
    const name = String(values.get('name'))
    const body = isTypedClient(type)
      ? { name, ...credentialsOf(values), ...settingsOf(client, values), endpoints: mergedEndpoints(client, values) }
      : { name }
    return answerOf(hub.PATCH('/secret-service/api/v1/auth-clients/{id}', { params: { path: { id } }, body }))
  }
  return (
    <Dialog title={`Change ${client.name}`} onClose={onClose}>
      <Form action="Save" onSubmit={change} onDone={onClose} onCancel={onClose}>
        <TextField label="Name" name="name" required defaultValue={client.name} />
        {isTypedClient(type) && (
          <>
            <CredentialFields isNew={false} />
            <EndpointFields type={type} client={client} />
            <ScopeField scope={textIn(client, 'predefinedScope')} />
          </>
        )}
      </Form>
    </Dialog>
  )
}

/** Without a scope none is asked for; but where there was none, nothing changes. */
function settingsOf(client: AuthClient, values: FormData) {
  const predefinedScope = textOf(values, 'predefinedScope') ?? null
  return predefinedScope === (textIn(client, 'predefinedScope') ?? null) ? {} : { predefinedScope }
}

/** Endpoints are changed as a whole: those that the form does not show stay. */
function mergedEndpoints({ type, endpoints }: AuthClient, values: FormData) {
  const { auth, token } = endpointsOf(values)
  return type === 'OA2_AUTHORIZATION_CODE' ? { ...(endpoints as object), auth, token } : { token }
}

function DeleteClient({ client, onClose }: DialogProps) {
  const { data: me } = useSuspenseQuery(meQuery)
  const navigate = useNavigate()
  const { id, name, owners } = client
  const isLast = ownershipOf(me, client)?.type !== 'USER' || owners.length === 1
  return (
    <ConfirmDialog
      title={isLast ? `Delete ${name}?` : `Let go of ${name}?`}
      action={isLast ? 'Delete auth client' : 'Let go'}
      onConfirm={() => answerOf(hub.DELETE('/secret-service/api/v1/auth-clients/{id}', { params: { path: { id } } }))}
      onDone={() => navigate({ ...pathTo.authClients(), replace: true })}
      onClose={onClose}
    >
      {isLast ? (
        <p>
          It goes for good, with its credentials. Secrets that were obtained through it stay, but{' '}
          <strong>are renewed no more</strong>: flows that use them fail once their values are over.
        </p>
      ) : (
        <p>
          You own it no longer in person, and cannot change it any more; the others whom it belongs to keep it. Secrets
          that were obtained through it are renewed as before.
        </p>
      )}
    </ConfirmDialog>
  )
}
