import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { answerOf, hub } from './client.ts'
import type { Listing } from './iam-queries.ts'
import { type Answer, type Body, PAGE_SIZE } from './queries.ts'
import type { SchemaPlace } from './schema-place.ts'

// What the pages about domains and schemas ask the Metadata Repository.

/** A set of schemas that belong together. */
export type Domain = Answer<'/metadata-repository/api/v1/domains/{id}'>['data']
/** A schema in its newest version. */
export type Schema = Answer<'/metadata-repository/api/v1/domains/{id}/schemas/{*}'>['data']
/** A schema as lists of the API give it. */
export type SchemaInList = Answer<'/metadata-repository/api/v1/domains/{id}/schemas'>['data'][number]
/** A version as lists of the API give it; its number is its id in tables. */
export type Version = Answer<'/metadata-repository/api/v1/schemas/{id}/versions'>['data'][number] & {
  readonly id: string
}
/** What a change of a schema must keep. */
export type CompatibilityMode = Domain['compatibility']
/** Any JSON: a schema may be `true`, and a document a number, which the API's document has no word for. */
export type Json = Body<'/metadata-repository/api/v1/schemas/{id}/validate', 'post'>['document']

/** The flows that name a schema. Who may not see flows is told of none, and hubs that do not look into flows tell of none either. */
export interface FlowUsage {
  readonly flows?: readonly { readonly id: string; readonly name: string; readonly status: string }[]
  /** Whether there are more of them. */
  readonly moreFlows?: boolean
  /** How many there are of other tenants; for administrators of the hub. */
  readonly otherFlows?: number
}

/** What refers to a schema. */
export type Usage = Answer<'/metadata-repository/api/v1/schemas/{id}/usage'> & FlowUsage

/** Events after which domains or schemas look different. */
export const metadataEvents = ['metadata.#']
/** All that these pages ask for. */
export const allMetadata = ['metadata']

/** How often things are looked at again, should the live stream be away, in milliseconds. */
const BACKUP_POLL_MS = 15_000
/** The same for all schemas of a domain, which take several calls. */
const TREE_POLL_MS = 60_000
/** Schemas that a call gives at most. */
const CALL_SIZE = 100
/** Schemas of a domain that are shown at once. */
export const MOST_SCHEMAS = 1_000

/** By what domains are sorted. */
export type DomainSort = 'name' | '-name' | 'updatedAt' | '-updatedAt'

/** Which domains are listed. */
export interface DomainsFilter extends Listing {
  readonly public?: 'yes' | 'no'
  readonly sort?: DomainSort
}

/** Domains of the tenant and public ones, by name unless sorted otherwise. */
export const domainsQuery = ({ q, page = 1, public: wanted, sort = 'name' }: DomainsFilter) =>
  queryOptions({
    queryKey: [...allMetadata, 'domains', { q, page, wanted, sort }],
    queryFn: () => {
      const filter = { ...(q && { search: q }), ...(wanted && { 'filter[public]': wanted === 'yes' }) }
      const query = { ...filter, sort, 'page[number]': page, 'page[size]': PAGE_SIZE }
      return answerOf(hub.GET('/metadata-repository/api/v1/domains', { params: { query } }))
    },
    placeholderData: keepPreviousData,
    refetchInterval: BACKUP_POLL_MS,
  })

/** One domain. */
export const domainQuery = (id: string) =>
  queryOptions({
    queryKey: [...allMetadata, 'domain', id],
    queryFn: () => answerOf(hub.GET('/metadata-repository/api/v1/domains/{id}', { params: { path: { id } } })),
    refetchInterval: BACKUP_POLL_MS,
  })

/** The first schemas of a domain by their paths, up to `MOST_SCHEMAS`, and how many there are. */
export const schemasQuery = (domainId: string, q?: string) =>
  queryOptions({
    queryKey: [...allMetadata, 'schemas', domainId, { q }],
    queryFn: () => readSchemas(domainId, q),
    placeholderData: keepPreviousData,
    refetchInterval: TREE_POLL_MS,
  })

async function readSchemas(id: string, q: string | undefined) {
  const schemas: SchemaInList[] = []
  for (let page = 1; ; page++) {
    const query = { ...(q && { search: q }), sort: 'uri', 'page[number]': page, 'page[size]': CALL_SIZE } as const
    const params = { path: { id }, query }
    const { data, meta } = await answerOf(hub.GET('/metadata-repository/api/v1/domains/{id}/schemas', { params }))
    schemas.push(...data)
    if (page >= meta.totalPages || schemas.length >= MOST_SCHEMAS) return { schemas, total: meta.total }
  }
}

/** One schema in its newest version. */
export const schemaQuery = ({ domainId, uri }: SchemaPlace) =>
  queryOptions({
    queryKey: [...allMetadata, 'schema', domainId, uri],
    queryFn: () => {
      const params = { path: { id: domainId, '*': uri } }
      return answerOf(hub.GET('/metadata-repository/api/v1/domains/{id}/schemas/{*}', { params }))
    },
    refetchInterval: BACKUP_POLL_MS,
  })

/** Who refers to a schema. */
export const usageQuery = (id: string) =>
  queryOptions({
    queryKey: [...allMetadata, 'usage', id],
    queryFn: (): Promise<Usage> =>
      answerOf(hub.GET('/metadata-repository/api/v1/schemas/{id}/usage', { params: { path: { id } } })),
    refetchInterval: BACKUP_POLL_MS,
  })

/** The versions of a schema, the newest first. */
export const versionsQuery = (id: string, page = 1) =>
  queryOptions({
    queryKey: [...allMetadata, 'versions', id, page],
    queryFn: () => {
      const params = { path: { id }, query: { 'page[number]': page, 'page[size]': PAGE_SIZE } }
      return answerOf(hub.GET('/metadata-repository/api/v1/schemas/{id}/versions', { params }))
    },
    select: ({ data, meta }) => ({ data: data.map((each) => ({ ...each, id: String(each.version) })), meta }),
    placeholderData: keepPreviousData,
  })

/** One version of a schema, which never changes; its value where addresses of the hub do not. */
export const versionQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: ['metadata-version', id, version],
    queryFn: () => {
      const params = { path: { id, version } }
      return answerOf(hub.GET('/metadata-repository/api/v1/schemas/{id}/versions/{version}', { params }))
    },
    staleTime: 60_000,
  })
