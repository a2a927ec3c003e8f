import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { answerOf, hub } from '../../api/client.ts'
import { type Body, meQuery } from '../../api/queries.ts'
import { type ProviderTemplate, providerTemplatesQuery } from '../../api/secret-queries.ts'
import { textIn } from '../../live/live-event.ts'
import { callbackUrl, pathTo } from '../../path-builder.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Form, textOf } from '../../ui/form.tsx'
import { CheckField, ChoiceField, TextField } from '../../ui/form-fields.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { CredentialFields, credentialsOf, EndpointFields, endpointsOf, ScopeField } from './auth-client-fields.tsx'

/** Providers that are not known beforehand, by how the hub gets its tokens. */
const others = [
  ['OA2_AUTHORIZATION_CODE', 'Another one, by OAuth 2: users consent'],
  ['OA2_CLIENT_CREDENTIALS', 'Another one, by OAuth 2: the client acts for itself'],
] as const
type NewClient = Body<'/secret-service/api/v1/auth-clients', 'post'>

/** Makes the hub known as a client of a provider, and leads to the page of it. */
export function NewAuthClient({ onClose }: { onClose: () => void }) {
  const query = useQuery(providerTemplatesQuery)
  // With the fields comes another dialog, in which the keyboard is at the first of them.
  return (
    <Dialog key={query.status} title="Create an auth client" onClose={onClose}>
      <Loaded query={query}>{({ data }) => <NewClientForm templates={data} onClose={onClose} />}</Loaded>
    </Dialog>
  )
}

function NewClientForm({ templates, onClose }: { templates: readonly ProviderTemplate[]; onClose: () => void }) {
  const { data: me } = useSuspenseQuery(meQuery)
  const navigate = useNavigate()
  const [provider, setProvider] = useState(templates[0]?.key ?? others[0][0])
  const template = templates.find(({ key }) => key === provider)
  const type = provider === 'OA2_CLIENT_CREDENTIALS' ? provider : 'OA2_AUTHORIZATION_CODE'
  const create = (values: FormData) => {
    const predefinedScope = textOf(values, 'predefinedScope')
    const owners = [{ id: me.tenant ?? '', type: 'TENANT' as const }]
    const common = {
      name: String(values.get('name')),
      clientId: '',
      clientSecret: '',
      ...credentialsOf(values),
      ...(predefinedScope && { predefinedScope }),
      ...(me.tenant && values.has('owners') && { owners }),
    }
    const { auth, token } = endpointsOf(values)
    const body: NewClient =
      type === 'OA2_CLIENT_CREDENTIALS'
        ? { ...common, type, endpoints: { token } }
        : { ...common, type, ...(template ? { template: template.key } : { endpoints: { auth, token } }) }
    return answerOf(hub.POST('/secret-service/api/v1/auth-clients', { body }))
  }
  return (
    <Form
      action="Create"
      onSubmit={create}
      onDone={({ data }) => navigate({ ...pathTo.authClient(data.id), replace: true })}
      onCancel={onClose}
    >
      <ChoiceField
        label="Provider"
        name="template"
        options={[...templates.map(({ key, name }) => [key, name] as const), ...others]}
        value={provider}
        onChange={(event) => setProvider(event.target.value)}
      />
      {type === 'OA2_AUTHORIZATION_CODE' && <Registration template={template} />}
      <TextField key={provider} label="Name" name="name" required defaultValue={template?.name} />
      <CredentialFields isNew />
      {template === undefined && <EndpointFields type={type} />}
      <ScopeField key={`scope of ${provider}`} scope={textIn(template?.fields, 'predefinedScope')} />
      <CheckField
        label="Share it with the tenant"
        name="owners"
        hint="All users of the tenant may then connect through it; only you change it."
      />
    </Form>
  )
}

/** What is to be done at the provider first. */
function Registration({ template }: { template: ProviderTemplate | undefined }) {
  return (
    <div>
      <p className="faint">
        Register the hub there first, with this callback address
        {template && (
          <>
            {' '}
            (<a href={template.documentation}>how {template.name} does it</a>)
          </>
        )}
        :
      </p>
      <p className="copy-line">
        <code>{callbackUrl()}</code>
        <CopyButton text={callbackUrl()} what="callback address" label="Copy" />
      </p>
    </div>
  )
}
