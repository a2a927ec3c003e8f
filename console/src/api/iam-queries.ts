import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { answerOf, hub } from './client.ts'
import { type Answer, PAGE_SIZE } from './queries.ts'

// What the pages about users, tenants, roles, tokens and applications ask the IAM.

/** A user as the API gives it: tenant, roles and permissions are those of the tenant as seen in which it was read. */
export type User = Answer<'/iam/api/v1/users/{id}'>
/** A tenant as the API gives it. */
export type Tenant = Answer<'/iam/api/v1/tenants/{id}'>
/** A role as the API gives it. */
export type Role = Answer<'/iam/api/v1/roles/{id}'>
/** A token or a login. */
export type Token = Answer<'/iam/api/v1/tokens/{id}'>
/** What somebody may do, and why. */
export type Explanation = Answer<'/iam/api/v1/users/{id}/permissions'>
/** An application that signs users in by the hub. */
export type Client = Answer<'/iam/api/v1/clients/{id}'>
/** A permission with what it allows. */
export type KnownPermission = Answer<'/iam/api/v1/permissions/catalogue'>['data'][number]

/** Whether a user or a tenant may act. */
export const statuses = ['ACTIVE', 'DISABLED', 'PENDING'] as const
/** One of them. */
export type Status = (typeof statuses)[number]

/** What lists of people and things have: a part of the name, and the page. */
export interface Listing {
  readonly q?: string
  readonly page?: number
}

/** The most that a list gives at once: for choices, which are few. */
const MOST = 100

/** Lists are bare unless the query asks for a page with `meta`; these always do. */
async function pageOf<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>) {
  return (await answerOf(call)) as Extract<T, { meta: unknown }>
}

const listed = ({ q, page = 1 }: Listing) => ({
  meta: true,
  ...(q && { search: q }),
  'page[number]': page,
  'page[size]': PAGE_SIZE,
})

/** Which users are listed. */
export interface UsersFilter extends Listing {
  readonly status?: Status | undefined
  readonly tenant?: string | undefined
  readonly role?: string | undefined
  readonly sort?: 'username' | '-username' | 'createdAt' | '-createdAt' | undefined
}

/** Users, by name unless sorted otherwise. */
export const usersQuery = (filter: UsersFilter) =>
  queryOptions({
    queryKey: ['users', 'list', filter],
    queryFn: () => {
      const { status, tenant, role, sort = 'username' } = filter
      const query = { ...listed(filter), sort, ...(status && { status }), ...(role && { role }) }
      return tenant === undefined
        ? pageOf(hub.GET('/iam/api/v1/users', { params: { query } }))
        : pageOf(hub.GET('/iam/api/v1/tenants/{id}/users', { params: { path: { id: tenant }, query } }))
    },
    placeholderData: keepPreviousData,
  })

/** The first users, to choose from and to tell names of. */
export const userChoicesQuery = queryOptions({
  queryKey: ['users', 'choices'],
  queryFn: () => {
    const query = { meta: true, sort: 'username', 'page[size]': MOST } as const
    return pageOf(hub.GET('/iam/api/v1/users', { params: { query } }))
  },
  staleTime: 10_000,
})

/** One user. */
export const userQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'one', id],
    queryFn: () => answerOf(hub.GET('/iam/api/v1/users/{id}', { params: { path: { id } } })),
  })

/** The user with exactly this name, if there is one to be seen. */
export async function findUserByName(username: string): Promise<User | undefined> {
  const query = { meta: true, username: [username] }
  return (await pageOf(hub.GET('/iam/api/v1/users', { params: { query } }))).data[0]
}

/** Whose permissions are explained: a user's, as a member of the tenant where one is named, or one's own. */
export type Explained = { readonly userId: string; readonly tenant?: string | undefined } | 'me'

/** What somebody may do and why; of one permission also why not. */
export const explanationQuery = (of: Explained, permission?: string) =>
  queryOptions({
    queryKey: ['users', 'permissions', of, permission],
    queryFn: () => {
      const query = { ...(permission && { permission }) }
      if (of === 'me') return answerOf(hub.GET('/iam/api/v1/users/me/permissions', { params: { query } }))
      const { userId: id, tenant } = of
      const params = { path: { id }, query: { ...query, ...(tenant && { tenant }) } }
      return answerOf(hub.GET('/iam/api/v1/users/{id}/permissions', { params }))
    },
    placeholderData: keepPreviousData,
  })

/** A tenant that a user belongs to, with what it may do there. */
export type Membership = Answer<'/iam/api/v1/users/{id}/memberships'>['data'][number]

/** The tenants that a user belongs to, as far as one sees them. */
export const userMembershipsQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'memberships', id],
    queryFn: () => answerOf(hub.GET('/iam/api/v1/users/{id}/memberships', { params: { path: { id } } })),
  })

/** The applications that one has signed in to by the hub, with what each may see. */
export const grantsQuery = queryOptions({
  queryKey: ['grants'],
  queryFn: () => answerOf(hub.GET('/iam/api/v1/users/me/grants')),
})

/** The tenants that one belongs to. */
export const membershipsQuery = queryOptions({
  queryKey: ['tenants', 'mine'],
  queryFn: () => answerOf(hub.GET('/iam/api/v1/users/me/memberships')),
})

/** Which tenants are listed. */
export interface TenantsFilter extends Listing {
  readonly status?: Status | undefined
  readonly sort?: 'name' | '-name' | 'createdAt' | '-createdAt' | undefined
}

/** Tenants, by name unless sorted otherwise. */
export const tenantsQuery = (filter: TenantsFilter) =>
  queryOptions({
    queryKey: ['tenants', 'list', filter],
    queryFn: () => {
      const { status, sort = 'name' } = filter
      const query = { ...listed(filter), sort, ...(status && { status }) }
      return pageOf(hub.GET('/iam/api/v1/tenants', { params: { query } }))
    },
    placeholderData: keepPreviousData,
  })

/** The first tenants, to choose from and to tell names of. */
export const tenantChoicesQuery = queryOptions({
  queryKey: ['tenants', 'choices'],
  queryFn: () => {
    const query = { meta: true, sort: 'name', 'page[size]': MOST } as const
    return pageOf(hub.GET('/iam/api/v1/tenants', { params: { query } }))
  },
  staleTime: 10_000,
})

/** One tenant. */
export const tenantQuery = (id: string) =>
  queryOptions({
    queryKey: ['tenants', 'one', id],
    queryFn: () => answerOf(hub.GET('/iam/api/v1/tenants/{id}', { params: { path: { id } } })),
  })

/** The key of a tenant; kept no longer than it is looked at. */
export const tenantKeyQuery = (id: string) =>
  queryOptions({
    queryKey: ['tenants', 'key', id],
    queryFn: () => answerOf(hub.GET('/iam/api/v1/tenants/{id}/key', { params: { path: { id } } })),
    gcTime: 0,
  })

/** Roles: those of the hub first, then by tenant. */
export const rolesQuery = (filter: Listing) =>
  queryOptions({
    queryKey: ['roles', 'list', filter],
    queryFn: () => pageOf(hub.GET('/iam/api/v1/roles', { params: { query: listed(filter) } })),
    placeholderData: keepPreviousData,
  })

/** The first roles, to choose from. */
export const roleChoicesQuery = queryOptions({
  queryKey: ['roles', 'choices'],
  queryFn: () => pageOf(hub.GET('/iam/api/v1/roles', { params: { query: { meta: true, 'page[size]': MOST } } })),
})

/** One role. */
export const roleQuery = (id: string) =>
  queryOptions({
    queryKey: ['roles', 'one', id],
    queryFn: () => answerOf(hub.GET('/iam/api/v1/roles/{id}', { params: { path: { id } } })),
  })

/** The permissions that there are, as far as one may give them. */
export const permissionsQuery = queryOptions({
  queryKey: ['permissions'],
  queryFn: () => answerOf(hub.GET('/iam/api/v1/permissions/catalogue')),
  staleTime: 60_000,
})

/** How often what was used last is looked at again, in milliseconds. */
const USE_POLL_MS = 15_000

/** Tokens and logins of an account, the newest first; without one, of all whom an administrator sees. */
export const tokensQuery = ({ account, page = 1 }: { account?: string | undefined; page?: number | undefined }) =>
  queryOptions({
    queryKey: ['tokens', { account, page }],
    queryFn: () => {
      const query = {
        meta: true,
        ...(account && { accountId: account }),
        'page[number]': page,
        'page[size]': PAGE_SIZE,
      }
      return pageOf(hub.GET('/iam/api/v1/tokens', { params: { query } }))
    },
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.error ? false : USE_POLL_MS),
  })

/** Applications, the clients of the OpenID provider. */
export const clientsQuery = ({ page = 1 }: { page?: number | undefined }) =>
  queryOptions({
    queryKey: ['clients', 'list', page],
    queryFn: () => {
      const query = { meta: true, 'page[number]': page, 'page[size]': PAGE_SIZE }
      return pageOf(hub.GET('/iam/api/v1/clients', { params: { query } }))
    },
    placeholderData: keepPreviousData,
  })

/** One application. */
export const clientQuery = (id: string) =>
  queryOptions({
    queryKey: ['clients', 'one', id],
    queryFn: () => answerOf(hub.GET('/iam/api/v1/clients/{id}', { params: { path: { id } } })),
  })
