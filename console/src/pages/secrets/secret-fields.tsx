import type { Secret } from '../../api/secret-queries.ts'
import type { TypedSecret } from '../../secret-can.ts'
import { textOf } from '../../ui/form.tsx'
import { LinesField, TextField } from '../../ui/form-fields.tsx'
import { ProviderValue } from './provider-value.tsx'

interface ValueFieldsProps {
  readonly type: TypedSecret
  readonly value?: Secret['value']
  /** Of a secret for which the hub signs in at a provider: which one to begin with. */
  readonly provider?: string | undefined
}

/** The fields of a value, named as the hub names them when it refuses one. What is sealed is never filled in. */
export function ValueFields({ type, value = {}, provider }: ValueFieldsProps) {
  switch (type) {
    case 'SIMPLE':
      return (
        <>
          <TextField label="User name" name="value.username" required defaultValue={value.username} />
          <SealedField label="Password" name="value.passphrase" />
        </>
      )
    case 'MIXED':
      return <LinesField label="Text" name="value.payload" required rows={6} autoComplete="off" hint="Mostly JSON." />
    case 'API_KEY':
      return (
        <>
          <SealedField label="Key" name="value.key" />
          <TextField
            label="Header"
            name="value.headerName"
            defaultValue={value.headerName}
            placeholder="x-api-key"
            hint="The HTTP header it is sent in, where the other side wants one of its own."
          />
        </>
      )
    case 'OA2_CLIENT_CREDENTIALS':
    case 'SESSION_AUTH':
      return <ProviderValue type={type} value={value} provider={provider} />
  }
}

function SealedField(field: { label: string; name: string }) {
  return <TextField type="password" autoComplete="new-password" required {...field} />
}

/** By what the names of fields begin that a provider wants filled in. */
const INPUT = 'value.inputFields.'

/** The value that a form states. Nothing is taken from it: spaces can belong to a password. */
export function typedValue(type: TypedSecret, values: FormData) {
  const given = (name: string) => String(values.get(`value.${name}`) ?? '')
  switch (type) {
    case 'SIMPLE':
      return { type, value: { username: given('username'), passphrase: given('passphrase') } } as const
    case 'MIXED':
      return { type, value: { payload: given('payload') } } as const
    case 'API_KEY': {
      const headerName = textOf(values, 'value.headerName')
      return { type, value: { key: given('key'), ...(headerName && { headerName }) } } as const
    }
    case 'OA2_CLIENT_CREDENTIALS': {
      const scope = textOf(values, 'value.scope')
      return { type, value: { authClientId: given('authClientId'), ...(scope && { scope }) } } as const
    }
    case 'SESSION_AUTH': {
      const filled = [...values].filter(([name, text]) => name.startsWith(INPUT) && text !== '')
      const inputFields = Object.fromEntries(filled.map(([name, text]) => [name.slice(INPUT.length), String(text)]))
      return { type, value: { authClientId: given('authClientId'), inputFields } } as const
    }
  }
}

/** What is known of a secret beside its value. */
export function AboutFields({ secret }: { secret?: Pick<Secret, 'name' | 'domain' | 'allowedHosts'> }) {
  return (
    <>
      <TextField
        label="Name"
        name="name"
        required
        defaultValue={secret?.name}
        hint="Not secret: it stands in lists, events and the audit log."
      />
      <TextField label="Used for" name="domain" defaultValue={secret?.domain} />
      <LinesField
        label="Allowed hosts"
        name="allowedHosts"
        defaultValue={secret?.allowedHosts.join('\n')}
        placeholder="api.example.com"
        hint="One a line, as api.example.com, *.example.com or api.example.com:8443. Steps may send the secret to these hosts without seeing it themselves; without any, to none."
      />
    </>
  )
}

/** The hosts that a form states, one a line. */
export function hostsOf(values: FormData): string[] {
  const lines = String(values.get('allowedHosts')).split('\n')
  return [...new Set(lines.map((line) => line.trim()).filter((line) => line !== ''))]
}

/** What is asked about the end of a value. */
export const endHint = 'Empty: it is not known to end. Before the end the event secret-service.secret.expiring warns.'
