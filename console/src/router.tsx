import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, createRouter, Outlet, redirect } from '@tanstack/react-router'
import { isSignedOut } from './api/problem.ts'
import { meQuery } from './api/queries.ts'
import { AccountPage } from './pages/account/account-page.tsx'
import { AuditEntryPage } from './pages/audit/audit-entry-page.tsx'
import { AuditPage } from './pages/audit/audit-page.tsx'
import { CataloguePage } from './pages/catalogue-page.tsx'
import { ClientPage } from './pages/clients/client-page.tsx'
import { ClientsPage } from './pages/clients/clients-page.tsx'
import { FailedPage, MissingPage } from './pages/failed-page.tsx'
import { FlowPage } from './pages/flows/flow-page.tsx'
import { FlowsPage } from './pages/flows/flows-page.tsx'
import { LivePage } from './pages/live/live-page.tsx'
import { DomainPage } from './pages/metadata/domain-page.tsx'
import { DomainsPage } from './pages/metadata/domains-page.tsx'
import { SchemaPage } from './pages/metadata/schema-page.tsx'
import { ProviderPage } from './pages/providers/provider-page.tsx'
import { ProvidersPage } from './pages/providers/providers-page.tsx'
import { RolePage } from './pages/roles/role-page.tsx'
import { RolesPage } from './pages/roles/roles-page.tsx'
import { RunPage } from './pages/runs/run-page.tsx'
import { RunsPage } from './pages/runs/runs-page.tsx'
import { SecretPage } from './pages/secrets/secret-page.tsx'
import { SecretsPage } from './pages/secrets/secrets-page.tsx'
import { SignInPage } from './pages/sign-in-page.tsx'
import { TenantPage } from './pages/tenants/tenant-page.tsx'
import { TenantsPage } from './pages/tenants/tenants-page.tsx'
import { TokensPage } from './pages/tokens/tokens-page.tsx'
import { UserPage } from './pages/users/user-page.tsx'
import { UsersPage } from './pages/users/users-page.tsx'
import { pathTo } from './path-builder.ts'
import { parseSearch, readSearch, stringifySearch } from './search.ts'
import { Shell } from './ui/shell.tsx'

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: Outlet })

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: readSearch.signIn,
  component: SignInPage,
  async beforeLoad({ context: { queryClient }, search }) {
    // Whoever has just been refused need not be asked again.
    if (isSignedOut(queryClient.getQueryState(meQuery.queryKey)?.error)) return
    const me = await queryClient.fetchQuery(meQuery).catch(() => undefined)
    if (me) throw redirect({ href: search.to ?? '/', reloadDocument: true })
  },
})

/** Everything behind the sign-in. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  async beforeLoad({ context, location }) {
    try {
      await context.queryClient.ensureQueryData(meQuery)
    } catch (error) {
      if (!isSignedOut(error)) throw error
      throw redirect(pathTo.signIn(location.pathname === '/' ? {} : { to: location.href }))
    }
  },
})

const parent = () => inside
const index = createRoute({
  getParentRoute: parent,
  path: '/',
  beforeLoad: () => {
    throw redirect(pathTo.live())
  },
})
const live = createRoute({
  getParentRoute: parent,
  path: '/live',
  validateSearch: readSearch.live,
  component: LivePage,
})
const catalogue = createRoute({
  getParentRoute: parent,
  path: '/catalogue',
  validateSearch: readSearch.catalogue,
  component: CataloguePage,
})
const flows = createRoute({
  getParentRoute: parent,
  path: '/flows',
  validateSearch: readSearch.flows,
  component: FlowsPage,
})
const flow = createRoute({
  getParentRoute: parent,
  path: '/flows/$flowId',
  validateSearch: readSearch.flow,
  component: FlowPage,
})
const runs = createRoute({
  getParentRoute: parent,
  path: '/runs',
  validateSearch: readSearch.runs,
  component: RunsPage,
})
const run = createRoute({
  getParentRoute: parent,
  path: '/runs/$runId',
  validateSearch: readSearch.run,
  component: RunPage,
})
const secrets = createRoute({
  getParentRoute: parent,
  path: '/secrets',
  validateSearch: readSearch.secrets,
  component: SecretsPage,
  beforeLoad: ({ search: { secretId } }) => {
    if (secretId) throw redirect({ ...pathTo.secret(secretId), replace: true })
  },
})
const secret = createRoute({
  getParentRoute: parent,
  path: '/secrets/$secretId',
  validateSearch: readSearch.secret,
  component: SecretPage,
})
const providers = createRoute({
  getParentRoute: parent,
  path: '/providers',
  validateSearch: readSearch.providers,
  component: ProvidersPage,
})
const provider = createRoute({
  getParentRoute: parent,
  path: '/providers/$providerId',
  validateSearch: readSearch.provider,
  component: ProviderPage,
})
const domains = createRoute({
  getParentRoute: parent,
  path: '/domains',
  validateSearch: readSearch.domains,
  component: DomainsPage,
})
const domain = createRoute({
  getParentRoute: parent,
  path: '/domains/$domainId',
  validateSearch: readSearch.domain,
  component: DomainPage,
})
const schema = createRoute({
  getParentRoute: parent,
  path: '/domains/$domainId/schemas/$',
  validateSearch: readSearch.schema,
  component: SchemaPage,
})
const audit = createRoute({
  getParentRoute: parent,
  path: '/audit',
  validateSearch: readSearch.audit,
  component: AuditPage,
})
const auditEntry = createRoute({ getParentRoute: parent, path: '/audit/$entryId', component: AuditEntryPage })
const users = createRoute({
  getParentRoute: parent,
  path: '/users',
  validateSearch: readSearch.users,
  component: UsersPage,
})
const user = createRoute({
  getParentRoute: parent,
  path: '/users/$userId',
  validateSearch: readSearch.user,
  component: UserPage,
})
const tenants = createRoute({
  getParentRoute: parent,
  path: '/tenants',
  validateSearch: readSearch.tenants,
  component: TenantsPage,
})
const tenant = createRoute({
  getParentRoute: parent,
  path: '/tenants/$tenantId',
  validateSearch: readSearch.tenant,
  component: TenantPage,
})
const roles = createRoute({
  getParentRoute: parent,
  path: '/roles',
  validateSearch: readSearch.roles,
  component: RolesPage,
})
const role = createRoute({
  getParentRoute: parent,
  path: '/roles/$roleId',
  validateSearch: readSearch.role,
  component: RolePage,
})
const tokens = createRoute({
  getParentRoute: parent,
  path: '/tokens',
  validateSearch: readSearch.tokens,
  component: TokensPage,
})
const account = createRoute({
  getParentRoute: parent,
  path: '/account',
  validateSearch: readSearch.account,
  component: AccountPage,
})
const clients = createRoute({
  getParentRoute: parent,
  path: '/clients',
  validateSearch: readSearch.clients,
  component: ClientsPage,
})
const client = createRoute({
  getParentRoute: parent,
  path: '/clients/$clientId',
  validateSearch: readSearch.client,
  component: ClientPage,
})

const routeTree = root.addChildren([
  signIn,
  inside.addChildren([
    index,
    live,
    catalogue,
    flows,
    flow,
    runs,
    run,
    secrets,
    secret,
    providers,
    provider,
    domains,
    domain,
    schema,
    audit,
    auditEntry,
    users,
    user,
    tenants,
    tenant,
    roles,
    role,
    tokens,
    account,
    clients,
    client,
  ]),
])

/** The pages and their addresses. */
export function createConsoleRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    defaultErrorComponent: FailedPage,
    defaultNotFoundComponent: MissingPage,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>
  }
}
