import type { NewProvider } from '../../api/provider-queries.ts'

/** How the hub proves itself to a provider. */
export const authMethods = [
  ['client_secret_post', 'in the body of the request'],
  ['client_secret_basic', 'by HTTP Basic'],
] as const

/** How a provider tells one account from another. */
export const preprocessors = [
  ['default', 'by nothing: each consent makes another secret'],
  ['oidc', '“sub” of the ID token'],
  ['userinfo', '“sub” or “id” at the userinfo address'],
  ['microsoft', '“email” of the ID token'],
  ['azure', '“preferred_username” of the ID token'],
  ['zoom', '“id” at the userinfo address, as Zoom has it'],
] as const

/** How a request for a session carries what is filled in. */
export const requestTypes = [
  ['BODY_AUTH', 'as JSON in the body'],
  ['FORM_AUTH', 'as a form in the body'],
  ['HEADER_AUTH', 'as headers'],
  ['PARAMS_AUTH', 'as parameters in the body'],
] as const

/** The text for a value of such a table; the value itself where it has none. */
export function textFor(table: readonly (readonly [string, string])[], value: string): string {
  return table.find(([each]) => each === value)?.[1] ?? value
}

/** The kinds of providers that can be added by hand. */
export const kinds = [
  ['OA2_AUTHORIZATION_CODE', 'Another one: users consent there (OAuth 2)'],
  ['OA2_CLIENT_CREDENTIALS', 'Another one: the hub acts for itself (OAuth 2 client credentials)'],
  ['SESSION_AUTH', 'Another one: a request that signs in begins a session'],
] as const satisfies readonly (readonly [NewProvider['type'], string])[]

/** One of them. */
export type Kind = (typeof kinds)[number][0]
