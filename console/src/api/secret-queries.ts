import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { answerOf, hub } from './client.ts'
import type { Listing } from './iam-queries.ts'
import { type Answer, auditQuery, PAGE_SIZE } from './queries.ts'

// What the pages about secrets ask the Secret Service.

/** A secret as lists of the API give it. */
export type SecretInList = Answer<'/secret-service/api/v1/secrets'>['data'][number]
/** A secret with its value, masked or in clear. */
export type Secret = Answer<'/secret-service/api/v1/secrets/{id}'>['data']
/** What kind of secret it is. */
export type SecretType = Secret['type']
/** Somebody who owns a secret. */
export type Owner = Secret['owners'][number]

/** How often secrets are looked at again, as the hub renews some by itself, in milliseconds. Not all who own one may see events. */
const SECRETS_POLL_MS = 15_000
/** The same for readings, which one waits for after one's own. */
const READINGS_POLL_MS = 5_000
/** Readings shown at once. */
const READINGS = 10

/** Which secrets are listed. */
export interface SecretsFilter extends Listing {
  readonly type?: SecretType | undefined
}

/** One's own secrets and those of the tenant. */
export const secretsQuery = ({ q, type, page = 1 }: SecretsFilter) =>
  queryOptions({
    queryKey: ['secrets', 'list', { q, type, page }],
    queryFn: () => {
      const filter = { ...(q && { search: q }), ...(type && { 'filter[type]': type }) }
      const query = { ...filter, 'page[number]': page, 'page[size]': PAGE_SIZE }
      return answerOf(hub.GET('/secret-service/api/v1/secrets', { params: { query } }))
    },
    placeholderData: keepPreviousData,
    refetchInterval: SECRETS_POLL_MS,
  })

/** One secret, masked: looking at it is no reading. */
export const secretQuery = (id: string) =>
  queryOptions({
    queryKey: ['secrets', 'one', id],
    queryFn: () => {
      const params = { path: { id }, query: { masked: true } }
      return answerOf(hub.GET('/secret-service/api/v1/secrets/{id}', { params }))
    },
    refetchInterval: SECRETS_POLL_MS,
  })

/** The versions of its value that are good. */
export const secretVersionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['secrets', 'versions', id],
    queryFn: () => answerOf(hub.GET('/secret-service/api/v1/secrets/{id}/versions', { params: { path: { id } } })),
  })

/** What the audit log calls a reading. */
export const READING = 'secret-service.token.get'

/** Who read a secret in clear, the latest first. */
export const readingsQuery = (id: string, page = 1) => ({
  ...auditQuery({ name: READING, about: id, page }, READINGS),
  refetchInterval: READINGS_POLL_MS,
})

/** Reads the value in clear, which goes on record: no query, as those ask again by themselves. */
export async function readSecret(id: string): Promise<NonNullable<Secret['value']>> {
  const { data } = await answerOf(hub.GET('/secret-service/api/v1/secrets/{id}', { params: { path: { id } } }))
  return data.value ?? {}
}
