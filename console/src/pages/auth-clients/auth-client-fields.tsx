import type { AuthClient } from '../../api/secret-queries.ts'
import { textIn } from '../../live/live-event.ts'
import { textOf } from '../../ui/form.tsx'
import { TextField } from '../../ui/form-fields.tsx'

/** The types whose fields people fill in here; auth clients of the others are made by the API. */
export type TypedClient = 'OA2_AUTHORIZATION_CODE' | 'OA2_CLIENT_CREDENTIALS'

/** Whether people fill in the fields of such auth clients. */
export function isTypedClient(type: string): type is TypedClient {
  return type === 'OA2_AUTHORIZATION_CODE' || type === 'OA2_CLIENT_CREDENTIALS'
}

/** The credentials that the provider gave; of a client that has some, empty fields leave them as they are. */
export function CredentialFields({ isNew }: { isNew: boolean }) {
  const hint = isNew ? undefined : 'Empty: as it is.'
  return (
    <>
      <TextField label="Client id" name="clientId" required={isNew} hint={hint} />
      <TextField
        label="Client secret"
        name="clientSecret"
        type="password"
        autoComplete="new-password"
        required={isNew}
        hint={hint}
      />
    </>
  )
}

/** Where the provider is reached, named as the hub names the fields when it refuses one. */
export function EndpointFields({ type, client }: { type: TypedClient; client?: AuthClient }) {
  return (
    <>
      {type === 'OA2_AUTHORIZATION_CODE' && (
        <TextField
          label="Authorization endpoint"
          name="endpoints.auth"
          required
          defaultValue={textIn(client?.endpoints, 'auth')}
          placeholder="https://provider.example.com/authorize"
          hint="Where users are sent to consent."
        />
      )}
      <TextField
        label="Token endpoint"
        name="endpoints.token"
        required
        defaultValue={textIn(client?.endpoints, 'token')}
        placeholder="https://provider.example.com/token"
      />
    </>
  )
}

/** What is asked for. */
export function ScopeField({ scope }: { scope: string | undefined }) {
  return (
    <TextField
      label="Scope"
      name="predefinedScope"
      defaultValue={scope}
      hint="What everybody who connects consents to; words with spaces between them."
    />
  )
}

/** The fields that a form states, without those left empty. */
export function credentialsOf(values: FormData) {
  const [clientId, clientSecret] = [textOf(values, 'clientId'), textOf(values, 'clientSecret')]
  return { ...(clientId && { clientId }), ...(clientSecret && { clientSecret }) }
}

/** The endpoints that a form states. */
export function endpointsOf(values: FormData) {
  return { auth: textOf(values, 'endpoints.auth') ?? '', token: textOf(values, 'endpoints.token') ?? '' }
}
