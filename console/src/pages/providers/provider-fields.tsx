import { useState } from 'react'
import { fieldsOf, type Provider, type ProviderTemplate } from '../../api/provider-queries.ts'
import { CheckField, ChoiceField, LinesField, TextField } from '../../ui/form-fields.tsx'
import { authMethods, type Kind, preprocessors, requestTypes } from './provider-words.ts'
import { linesOfFields } from './session-lines.ts'

// Fields are named as the hub names them when it refuses one. What is sealed is never filled in: left empty it stays as it is.

interface FieldsProps {
  /** The one that is changed. */
  readonly provider?: Provider | undefined
  /** What the hub knows already and need not be asked. */
  readonly template?: ProviderTemplate | undefined
}

/** All fields of a provider of a kind but its name. */
export function ProviderFields({ kind, ...props }: FieldsProps & { kind: Kind }) {
  switch (kind) {
    case 'OA2_AUTHORIZATION_CODE':
      return <CodeFields {...props} />
    case 'OA2_CLIENT_CREDENTIALS':
      return <ServiceFields {...props} />
    case 'SESSION_AUTH':
      return <SessionFields {...props} />
  }
}

function Credentials({ provider }: FieldsProps) {
  const { clientId } = provider ? fieldsOf(provider, 'OA2_AUTHORIZATION_CODE') : {}
  const isNew = provider === undefined
  return (
    <>
      <TextField
        label="Client id"
        name="clientId"
        required={isNew}
        placeholder={clientId}
        hint={isNew ? 'By which the provider knows the hub.' : 'Empty: it stays as it is.'}
      />
      <TextField
        label="Client secret"
        name="clientSecret"
        type="password"
        autoComplete="new-password"
        required={isNew}
        hint={isNew ? 'Kept sealed.' : 'Empty: it stays as it is.'}
      />
    </>
  )
}

function CodeFields({ provider, template }: FieldsProps) {
  const fields = (provider ? fieldsOf(provider, 'OA2_AUTHORIZATION_CODE') : template?.fields) as
    | ReturnType<typeof fieldsOf<'OA2_AUTHORIZATION_CODE'>>
    | undefined
  return (
    <>
      <Credentials provider={provider} />
      <TextField
        label="Scope"
        name="predefinedScope"
        defaultValue={fields?.predefinedScope}
        hint="What users are asked to allow in any case, words with spaces between them."
      />
      {template === undefined && (
        <>
          <AddressField
            label="Authorization address"
            name="endpoints.auth"
            required
            defaultValue={fields?.endpoints?.auth}
            hint="Where users sign in and consent. {{clientId}}, {{redirectUri}}, {{scope}} and {{state}} are filled in, and appended where they are missing."
          />
          <AddressField
            label="Token address"
            name="endpoints.token"
            required
            defaultValue={fields?.endpoints?.token}
            hint="Where the hub gets tokens."
          />
          <AddressField
            label="Userinfo address"
            name="endpoints.userinfo"
            defaultValue={fields?.endpoints?.userinfo}
            hint="Where the provider says whose a token is, if accounts are told apart by it."
          />
          <AddressField
            label="Issuer"
            name="issuer"
            defaultValue={fields?.issuer}
            hint="As the provider names itself; what names another one is refused."
          />
          <ChoiceField
            label="Accounts are told apart by"
            name="preprocessor"
            options={preprocessors}
            defaultValue={fields?.preprocessor?.replace('preprocessor.', '') ?? 'default'}
            hint="So that who connects again gets the same secret, with new tokens."
          />
          <MethodField method={fields?.authMethod} />
        </>
      )}
    </>
  )
}

function ServiceFields({ provider }: FieldsProps) {
  const fields = provider && fieldsOf(provider, 'OA2_CLIENT_CREDENTIALS')
  return (
    <>
      <Credentials provider={provider} />
      <TextField label="Scope" name="predefinedScope" defaultValue={fields?.predefinedScope} />
      <AddressField
        label="Token address"
        name="endpoints.token"
        required
        defaultValue={fields?.endpoints?.token}
        hint="Where the hub gets tokens."
      />
      <MethodField method={fields?.authMethod} />
    </>
  )
}

function SessionFields({ provider }: FieldsProps) {
  const fields = provider && fieldsOf(provider, 'SESSION_AUTH')
  const [isAnew, setAnew] = useState(provider === undefined)
  return (
    <>
      <LinesField
        label="Fields that a secret fills in"
        name="fields"
        required
        defaultValue={fields?.fields ? linesOfFields(fields.fields) : ''}
        placeholder={'user User name\npassword Password'}
        hint="One a line: the key, then what people call it. “user?” need not be filled in."
      />
      {provider && (
        <CheckField
          label="Describe the request that signs in anew"
          name="anew"
          checked={isAnew}
          onChange={(event) => setAnew(event.target.checked)}
          hint="What it sends may be secret and is not shown: else it stays as it is."
        />
      )}
      {isAnew && <RequestFields url={fields?.endpoints?.auth.url} authType={fields?.endpoints?.auth.authType} />}
      <TextField
        label="Token"
        name="tokenPath"
        required
        defaultValue={fields?.tokenPath}
        placeholder="data.token"
        hint="Where it stands in the answer, which is JSON: names with dots between them."
      />
      <TextField
        label="End of the token"
        name="expirationPath"
        defaultValue={fields?.expirationPath}
        placeholder="data.expiresIn"
        hint="Where it stands in the answer. Empty: it is not told."
      />
    </>
  )
}

function RequestFields({ url, authType }: { url?: string | undefined; authType?: string | undefined }) {
  return (
    <>
      <AddressField
        label="Sign-in address"
        name="endpoints.auth.url"
        required
        defaultValue={url}
        hint="Where the hub posts the request. {{fields.user}} stands for the field “user”, here and below."
      />
      <ChoiceField
        label="What is filled in is sent"
        name="endpoints.auth.authType"
        options={requestTypes}
        defaultValue={authType}
      />
      <LinesField
        label="What is sent"
        name="endpoints.auth.requestFields"
        required
        placeholder={'user: {{fields.user}}\npassword: {{fields.password}}'}
        hint="One a line: its name, a colon, the value. Kept sealed."
      />
    </>
  )
}

function MethodField({ method = 'client_secret_post' }: { method?: string | undefined }) {
  return <ChoiceField label="The client secret is sent" name="authMethod" options={authMethods} defaultValue={method} />
}

function AddressField(props: Parameters<typeof TextField>[0]) {
  return <TextField inputMode="url" autoCapitalize="none" placeholder="https://" {...props} />
}
