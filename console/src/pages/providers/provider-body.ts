import { type FieldsOf, fieldsOf, type Provider } from '../../api/provider-queries.ts'
import { textOf } from '../../ui/form.tsx'
import type { Kind } from './provider-words.ts'
import { fieldsOfLines, requestFieldsOfLines } from './session-lines.ts'

/** The fields of a new provider, as a form states them; what a template gives is left to it. */
export function newFields(kind: Kind, values: FormData) {
  switch (kind) {
    case 'OA2_AUTHORIZATION_CODE':
      return { type: kind, ...credentialsOf(values), ...given(codeFieldsOf(values)) } as const
    case 'OA2_CLIENT_CREDENTIALS': {
      const endpoints = { token: wordOf(values, 'endpoints.token') }
      return { type: kind, ...credentialsOf(values), ...given(grantOf(values)), endpoints } as const
    }
    case 'SESSION_AUTH':
      return { type: kind, ...sessionOf(values), endpoints: { auth: requestOf(values) } } as const
  }
}

/** What a form changes of a provider: null takes a field away, and credentials that are not typed stay. */
export function changedFields(kind: Kind, values: FormData, provider: Provider) {
  const [clientId, clientSecret] = [textOf(values, 'clientId'), textOf(values, 'clientSecret')]
  const credentials = { ...(clientId && { clientId }), ...(clientSecret && { clientSecret }) }
  switch (kind) {
    case 'OA2_AUTHORIZATION_CODE': {
      const { endpoints, ...fields } = codeFieldsOf(values)
      const { userinfo: _, ...others } = fieldsOf(provider, kind).endpoints ?? {}
      return { ...credentials, ...orNull(fields), endpoints: { ...others, ...endpoints } }
    }
    case 'OA2_CLIENT_CREDENTIALS':
      return { ...credentials, ...orNull(grantOf(values)), endpoints: { token: wordOf(values, 'endpoints.token') } }
    case 'SESSION_AUTH': {
      const expirationPath = textOf(values, 'expirationPath') ?? null
      return {
        ...{ ...sessionOf(values), expirationPath },
        ...(values.has('anew') && { endpoints: { auth: requestOf(values) } }),
      }
    }
  }
}

function credentialsOf(values: FormData) {
  return { clientId: wordOf(values, 'clientId'), clientSecret: wordOf(values, 'clientSecret') }
}

function grantOf(values: FormData) {
  const authMethod = textOf(values, 'authMethod') as FieldsOf<'OA2_CLIENT_CREDENTIALS'>['authMethod']
  return { predefinedScope: textOf(values, 'predefinedScope'), authMethod }
}

function codeFieldsOf(values: FormData) {
  const [auth, token] = [textOf(values, 'endpoints.auth'), textOf(values, 'endpoints.token')]
  const userinfo = textOf(values, 'endpoints.userinfo')
  // A form that asks for none leaves them to the template.
  const asks = values.has('endpoints.auth')
  return {
    ...grantOf(values),
    endpoints: asks ? { auth: auth ?? '', token: token ?? '', ...(userinfo && { userinfo }) } : undefined,
    issuer: textOf(values, 'issuer'),
    preprocessor: textOf(values, 'preprocessor') as FieldsOf<'OA2_AUTHORIZATION_CODE'>['preprocessor'],
  }
}

function sessionOf(values: FormData) {
  const expirationPath = textOf(values, 'expirationPath')
  return {
    fields: fieldsOfLines(wordOf(values, 'fields')),
    tokenPath: wordOf(values, 'tokenPath'),
    ...(expirationPath && { expirationPath }),
  }
}

function requestOf(values: FormData) {
  return {
    authType: wordOf(values, 'endpoints.auth.authType') as 'BODY_AUTH',
    url: wordOf(values, 'endpoints.auth.url'),
    requestFields: requestFieldsOfLines(wordOf(values, 'endpoints.auth.requestFields')),
  }
}

function wordOf(values: FormData, name: string): string {
  return textOf(values, name) ?? ''
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Without what is not stated. */
function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>
}

/** What is not stated is taken away. */
function orNull<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> | null } {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value ?? null])) as {
    [K in keyof T]: Exclude<T[K], undefined> | null
  }
}
