import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { answerOf, hub } from './client.ts'
import { type Answer, type Body, PAGE_SIZE } from './queries.ts'

// What the pages about providers ask the Secret Service, which calls them auth clients: by what the hub is known to each.

/** A provider as lists of the API give it. */
export type ProviderInList = Answer<'/secret-service/api/v1/auth-clients'>['data'][number]
/** A provider with its fields. */
export type Provider = Answer<'/secret-service/api/v1/auth-clients/{id}'>['data']
/** How one connects by it. */
export type ProviderType = Provider['type']
/** What the hub knows of a provider already. */
export type ProviderTemplate = Answer<'/secret-service/api/v1/auth-client-templates'>['data'][number]
/** A new provider. */
export type NewProvider = Body<'/secret-service/api/v1/auth-clients', 'post'>
/** What can be changed of one. */
export type ProviderChange = Body<'/secret-service/api/v1/auth-clients/{id}', 'patch'>

/** The fields of a provider of a type. */
export type FieldsOf<T extends ProviderType> = Partial<
  Omit<Extract<NewProvider, { type: T }>, 'name' | 'type' | 'owners'>
>

/** The fields of a provider, which the API's document leaves open, as those of its type. */
export function fieldsOf<T extends ProviderType>(provider: Provider, _type: T): FieldsOf<T> {
  return provider as unknown as FieldsOf<T>
}

/** The most that a list to choose from holds. */
const MOST = 100

/** One's own providers and those of the tenant. */
export const providersQuery = (page = 1, size = PAGE_SIZE) =>
  queryOptions({
    queryKey: ['providers', 'list', { page, size }],
    queryFn: () => {
      const query = { 'page[number]': page, 'page[size]': size }
      return answerOf(hub.GET('/secret-service/api/v1/auth-clients', { params: { query } }))
    },
    placeholderData: keepPreviousData,
  })

/** The same to choose from: the first hundred. */
export const providerChoicesQuery = providersQuery(1, MOST)

/** One provider, its credentials masked. */
export const providerQuery = (id: string) =>
  queryOptions({
    queryKey: ['providers', 'one', id],
    queryFn: () => {
      const params = { path: { id }, query: { masked: true } }
      return answerOf(hub.GET('/secret-service/api/v1/auth-clients/{id}', { params }))
    },
  })

/** One's own secrets that were obtained through a provider. */
export const providerSecretsQuery = (id: string, page = 1) =>
  queryOptions({
    queryKey: ['secrets', 'of provider', id, page],
    queryFn: () => {
      const params = { path: { id }, query: { 'page[number]': page, 'page[size]': PAGE_SIZE } }
      return answerOf(hub.GET('/secret-service/api/v1/auth-clients/{id}/secrets', { params }))
    },
    placeholderData: keepPreviousData,
  })

/** The providers that the hub knows already, and what to register at any. */
export const templatesQuery = queryOptions({
  queryKey: ['providers', 'templates'],
  queryFn: () => answerOf(hub.GET('/secret-service/api/v1/auth-client-templates')),
  staleTime: Number.POSITIVE_INFINITY,
})

/** What a secret that comes of it is called, and what is asked for beside the scope of the provider. */
export interface Connecting {
  readonly name: string
  readonly scope?: string | undefined
}

/** Begins to connect somebody: resolves to where the browser is to go. It comes back to the page of the secret. */
export async function startConnecting(id: string, { name, scope }: Connecting): Promise<string> {
  const body = { secretName: name, successUrl: `${location.origin}/secrets`, ...(scope && { scope }) }
  const params = { path: { id } }
  const { data } = await answerOf(hub.POST('/secret-service/api/v1/auth-clients/{id}/start-flow', { params, body }))
  return data.authUrl
}
