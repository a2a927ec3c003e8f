import type { Mount } from '#lib/http/route'
import type { TokenLookup } from '#lib/principal'
import type { Service } from '#lib/service'
import { asSystem } from './as-system.ts'
import { createCleaner } from './clean-up.ts'
import type { IamDeps, IamParts } from './deps.ts'
import { ensureFirstAdmin, type FirstAdmin, type FirstAdminOptions } from './first-admin.ts'
import { createLogin, type Login } from './login.ts'
import { createLoginFailures } from './login-failures.ts'
import { createLoginThrottle } from './login-throttle.ts'
import { iamMigrations } from './migrations.ts'
import { createPasswords } from './password.ts'
import { registerPermissions } from './permission-registration.ts'
import { permissionCatalogue, permissions } from './permissions.ts'
import { deletePermissionRoute } from './routes/delete-permission.ts'
import { deleteRoleRoute } from './routes/delete-role.ts'
import { deleteSession } from './routes/delete-session.ts'
import { deleteTenantRoute } from './routes/delete-tenant.ts'
import { deleteTenantUser } from './routes/delete-tenant-user.ts'
import { deleteUserRoute } from './routes/delete-user.ts'
import { getHealthcheck } from './routes/get-healthcheck.ts'
import { getMe } from './routes/get-me.ts'
import { getMyMemberships } from './routes/get-my-memberships.ts'
import { getPermissionCatalogue } from './routes/get-permission-catalogue.ts'
import { getPermissions } from './routes/get-permissions.ts'
import { getRole } from './routes/get-role.ts'
import { getRoles } from './routes/get-roles.ts'
import { getRoot } from './routes/get-root.ts'
import { getTenant } from './routes/get-tenant.ts'
import { getTenantUsers } from './routes/get-tenant-users.ts'
import { getTenants } from './routes/get-tenants.ts'
import { getUser } from './routes/get-user.ts'
import { getUsers } from './routes/get-users.ts'
import { patchMe } from './routes/patch-me.ts'
import { patchPermission } from './routes/patch-permission.ts'
import { patchRole } from './routes/patch-role.ts'
import { patchTenant } from './routes/patch-tenant.ts'
import { patchUser } from './routes/patch-user.ts'
import { postIntrospection } from './routes/post-introspection.ts'
import { postLogin } from './routes/post-login.ts'
import { postLogout } from './routes/post-logout.ts'
import { postMyTenant } from './routes/post-my-tenant.ts'
import { postPermission } from './routes/post-permission.ts'
import { postRole } from './routes/post-role.ts'
import { postSession } from './routes/post-session.ts'
import { postTenant } from './routes/post-tenant.ts'
import { postUser } from './routes/post-user.ts'
import { putTenant } from './routes/put-tenant.ts'
import { putTenantUser } from './routes/put-tenant-user.ts'
import { putUser } from './routes/put-user.ts'
import { tenantKeyRoutes } from './routes/tenant-key.ts'
import { issueServiceToken, type ServiceToken } from './service-token.ts'
import { findPrincipal } from './token-store.ts'
import { isToken, tokenHash } from './token-text.ts'

/** The IAM as the process that runs it sees it. */
export interface Iam extends Service {
  /** Reads the database at each call: put a principal cache in front of it. */
  readonly lookupToken: TokenLookup
  /** Creates the first administrator unless there is a user; call once the database is migrated. */
  ensureFirstAdmin(options?: FirstAdminOptions): Promise<FirstAdmin | undefined>
  /** A token of an hour by which a service acts, with exactly these permissions. */
  issueServiceToken(serviceName: string, permissions: readonly string[]): Promise<ServiceToken>
}

/** Keeps users, tenants, roles and tokens, and says whom a token stands for. */
export function createIam(deps: IamDeps): Iam {
  const parts: IamParts = {
    ...deps,
    passwords: deps.passwords ?? createPasswords(),
    catalogue: permissionCatalogue(deps.permissions),
  }
  const guards = { failures: createLoginFailures(parts), throttle: deps.throttle ?? createLoginThrottle(parts) }
  const cleaner = createCleaner(parts, guards)
  const lookupToken = createTokenLookup(parts)
  return {
    name: 'iam',
    migrations: iamMigrations,
    permissions: Object.values(permissions),
    mounts: [mountOf(parts, createLogin(parts, guards), lookupToken)],
    async start() {
      await registerPermissions(parts)
      cleaner.start()
    },
    stop: () => cleaner.stop(),
    lookupToken,
    ensureFirstAdmin: (options) => ensureFirstAdmin(parts, options),
    issueServiceToken: (serviceName, given) => issueServiceToken(parts, serviceName, given),
  }
}

function createTokenLookup({ db, clock }: Pick<IamParts, 'db' | 'clock'>): TokenLookup {
  return async (token) =>
    isToken(token) ? asSystem(db, (tx) => findPrincipal(tx, tokenHash(token), clock())) : undefined
}

function mountOf(parts: IamParts, login: Login, lookupToken: TokenLookup): Mount {
  return {
    base: '/iam',
    tag: 'IAM',
    routes: [
      getRoot(),
      getHealthcheck(),
      postLogin(login),
      postLogout(parts),
      postSession(parts, login),
      deleteSession(parts, lookupToken),
      postIntrospection(parts),
      getUsers(parts),
      postUser(parts),
      getMe(parts),
      patchMe(parts),
      getMyMemberships(parts),
      postMyTenant(parts),
      getUser(parts),
      patchUser(parts),
      putUser(parts),
      deleteUserRoute(parts),
      getTenants(parts),
      postTenant(parts),
      getTenant(parts, { suffix: '' }),
      getTenant(parts, { suffix: '/profile' }),
      patchTenant(parts),
      putTenant(parts),
      deleteTenantRoute(parts),
      getTenantUsers(parts),
      putTenantUser(parts),
      deleteTenantUser(parts),
      ...tenantKeyRoutes(parts),
      getRoles(parts),
      postRole(parts),
      getRole(parts),
      patchRole(parts),
      deleteRoleRoute(parts),
      getPermissions(parts),
      getPermissionCatalogue(parts),
      postPermission(parts),
      patchPermission(parts),
      deletePermissionRoute(parts),
    ],
  }
}
