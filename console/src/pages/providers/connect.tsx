import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { fieldsOf, type Provider, providerQuery, startConnecting } from '../../api/provider-queries.ts'
import { meQuery } from '../../api/queries.ts'
import type { Secret } from '../../api/secret-queries.ts'
import { providerCan } from '../../provider-can.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Form, textOf } from '../../ui/form.tsx'
import { TextField } from '../../ui/form-fields.tsx'
import { Loaded } from '../../ui/loaded.tsx'

/** Leads the browser to the provider, where the user consents; what comes back is a secret. */
export function Connect({ provider, onClose }: { provider: Provider; onClose: () => void }) {
  const { predefinedScope } = fieldsOf(provider, 'OA2_AUTHORIZATION_CODE')
  const connect = (values: FormData) =>
    startConnecting(provider.id, { name: String(values.get('secretName')), scope: textOf(values, 'scope') })
  return (
    <Dialog title={`Connect by ${provider.name}`} onClose={onClose}>
      <Form
        action="Go to the provider"
        onSubmit={connect}
        onDone={(address) => location.assign(address)}
        onCancel={onClose}
      >
        <TextField
          label="Name of the secret"
          name="secretName"
          required
          maxLength={200}
          defaultValue={provider.name}
          hint="An account that is connected already keeps its secret, by the name that it has."
        />
        <TextField
          label="Further scope"
          name="scope"
          hint={predefinedScope ? `Beside “${predefinedScope}”, which is asked for in any case.` : undefined}
        />
        <p>
          You are led to <strong>{hostOf(provider)}</strong>, and back here when you have consented. The tokens become a
          secret of yours, which the hub renews.
        </p>
      </Form>
    </Dialog>
  )
}

interface ConnectAnewProps {
  readonly secret: Secret
  readonly onClose: () => void
}

/** The same for a secret that there is: who signs in by the same account gives it new tokens. */
export function ConnectAnew({ secret, onClose }: ConnectAnewProps) {
  const query = useQuery(providerQuery(secret.value?.authClientId ?? ''))
  if (query.isPending) return null
  return (
    <Dialog title={`Connect ${secret.name} anew`} onClose={onClose}>
      <Loaded query={query}>{({ data }) => <AnewForm secret={secret} provider={data} onClose={onClose} />}</Loaded>
    </Dialog>
  )
}

function AnewForm({ secret: { name, value }, provider, onClose }: ConnectAnewProps & { provider: Provider }) {
  const { data: me } = useSuspenseQuery(meQuery)
  const { preprocessor = 'default' } = fieldsOf(provider, 'OA2_AUTHORIZATION_CODE')
  const leave = providerCan.connect(me, provider, { callback: provider.redirectUri, origin: location.origin })
  if (!leave.may) return <p>It cannot be connected here. {leave.reason}.</p>
  return (
    <Form
      action="Go to the provider"
      onSubmit={() => startConnecting(provider.id, { name, scope: value?.scope })}
      onDone={(address) => location.assign(address)}
      onCancel={onClose}
    >
      <p>
        You are led to <strong>{hostOf(provider)}</strong>, and back here when you have consented.
      </p>
      {preprocessor.endsWith('default') ? (
        <p>
          The provider does not say who signs in: <strong>another secret</strong> comes of it. Let flows name that one,
          then delete this one.
        </p>
      ) : (
        <p>
          Sign in by the same account{value?.externalId && <> (known there as {value.externalId})</>}: this secret gets
          the new tokens, and flows that use it go on. Another account becomes another secret.
        </p>
      )}
    </Form>
  )
}

function hostOf(provider: Provider): string {
  const { endpoints } = fieldsOf(provider, 'OA2_AUTHORIZATION_CODE')
  return URL.parse(endpoints?.auth ?? '')?.host ?? 'the provider'
}
