import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { answerOf, hub } from './client.ts'
import type { Paths } from './schema.d.ts'

/** What the API answers to a GET. */
export type Answer<P extends keyof Paths> = Paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } }
}
  ? Body
  : never

/** What the API answers to a method other than GET. */
export type Answered<P extends keyof Paths, M extends string> =
  Paths[P] extends Record<M, { responses: { 200: { content: { 'application/json': infer Content } } } }>
    ? Content
    : never

/** What the API takes by a method other than GET. */
export type Body<P extends keyof Paths, M extends string> =
  Paths[P] extends Record<M, { requestBody: { content: { 'application/json': infer Content } } }> ? Content : never

/** A flow as the API gives it. */
export type Flow = Answer<'/flow-repository/flows/{id}'>['data']
/** A flow as lists of the API give it. */
export type FlowInList = Answer<'/flow-repository/flows'>['data'][number]
/** A run as lists of the API give it. */
export type RunInList = Answer<'/component-orchestrator/executions'>['data'][number]
/** A run with its steps. */
export type Run = Answer<'/component-orchestrator/executions/{id}'>['data']
/** An entry of the audit log. */
export type AuditEntry = Answer<'/audit-log/logs'>['data'][number]
/** An entry with what proves it. */
export type AuditProof = Answer<'/audit-log/logs/{id}'>['data']

/** Things on a page of a list. */
export const PAGE_SIZE = 50

/** How long after an answer a run that is under way is looked at again, in milliseconds. */
const RUN_POLL_MS = 1_000
/** The same for lists, which the live stream does not refresh. */
const LIST_POLL_MS = 5_000
/** For what the live stream refreshes, should it be away. */
const BACKUP_POLL_MS = 15_000

/** Who is signed in. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => answerOf(hub.GET('/iam/api/v1/users/me')),
  staleTime: 60_000,
})

/** Every event that there is, and how often it has been seen. */
export const catalogueQuery = queryOptions({
  queryKey: ['catalogue'],
  queryFn: () => answerOf(hub.GET('/event-bus/catalogue')),
  // Whoever may not see it will not be allowed to by asking again.
  refetchInterval: ({ state }) => (state.error ? false : LIST_POLL_MS),
  staleTime: 2_000,
})

/** What a list of flows shows. */
export interface FlowsFilter {
  readonly q?: string | undefined
  readonly status?: FlowStatus | undefined
  readonly page?: number | undefined
}

/** How a flow stands. */
export type FlowStatus = 'inactive' | 'starting' | 'active' | 'stopping'

/** Flows, the latest first. */
export const flowsQuery = ({ q, status, page = 1 }: FlowsFilter) =>
  queryOptions({
    queryKey: ['flows', 'list', { q, status, page }],
    queryFn: () => {
      const filter = { ...(q && { search: q }), ...(status && { 'filter[status]': status }) }
      const query = { ...filter, sort: '-createdAt' as const, 'page[number]': page, 'page[size]': PAGE_SIZE }
      return answerOf(hub.GET('/flow-repository/flows', { params: { query } }))
    },
    placeholderData: keepPreviousData,
    refetchInterval: BACKUP_POLL_MS,
  })

/** One flow. Looked at often while its status is about to change. */
export const flowQuery = (id: string) =>
  queryOptions({
    queryKey: ['flows', 'one', id],
    queryFn: () => answerOf(hub.GET('/flow-repository/flows/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state }) => {
      const status = state.data?.data.status
      return status === 'starting' || status === 'stopping' ? RUN_POLL_MS : BACKUP_POLL_MS
    },
  })

/** How a run stands. */
export type RunStatus = 'running' | 'success' | 'failed'

/** What a list of runs shows. */
export interface RunsFilter {
  readonly flow?: string | undefined
  readonly status?: RunStatus | undefined
  readonly page?: number | undefined
}

/** Runs, the latest first. */
export const runsQuery = ({ flow, status, page = 1 }: RunsFilter, size = PAGE_SIZE) =>
  queryOptions({
    queryKey: ['runs', 'list', { flow, status, page, size }],
    queryFn: () => {
      const filter = { ...(flow && { 'filter[flowId]': flow }), ...(status && { 'filter[status]': status }) }
      const query = { ...filter, 'page[number]': page, 'page[size]': size }
      return answerOf(hub.GET('/component-orchestrator/executions', { params: { query } }))
    },
    placeholderData: keepPreviousData,
    refetchInterval: LIST_POLL_MS,
  })

/** One run with its steps. Looked at every second until it has ended. */
export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ['runs', 'one', id],
    queryFn: () => answerOf(hub.GET('/component-orchestrator/executions/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data?.data.status === 'running' ? RUN_POLL_MS : false),
  })

/** What a search of the audit log asks for. */
export interface AuditFilter {
  readonly service?: string | undefined
  readonly name?: string | undefined
  readonly user?: string | undefined
  readonly tenant?: string | undefined
  readonly flow?: string | undefined
  /** The id of what it happened to. */
  readonly about?: string | undefined
  readonly page?: number | undefined
}

/** Entries of the audit log, the latest first. */
export const auditQuery = ({ page = 1, ...filter }: AuditFilter, size = PAGE_SIZE) =>
  queryOptions({
    queryKey: ['audit', 'list', { ...filter, page, size }],
    queryFn: () => {
      const { service, name, user, tenant, flow, about } = filter
      const given = Object.entries({ service, name, user, tenant, flowId: flow, id: about }).flatMap(([key, value]) =>
        value === undefined ? [] : [[`filter[${key}]`, value]],
      )
      const query = { ...Object.fromEntries(given), 'page[number]': page, 'page[size]': size }
      return answerOf(hub.GET('/audit-log/logs', { params: { query } }))
    },
    placeholderData: keepPreviousData,
  })

/** The entry of one event. It never changes. */
export const auditEntryQuery = (id: string) =>
  queryOptions({
    queryKey: ['audit', 'one', id],
    queryFn: () => answerOf(hub.GET('/audit-log/logs/{id}', { params: { path: { id } } })),
    staleTime: 60_000,
  })
