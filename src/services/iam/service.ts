import type { Mount } from '#lib/http/route'
import type { TokenLookup } from '#lib/principal'
import type { Service } from '#lib/service'
import { asSystem } from './as-system.ts'
import { createCleaner } from './clean-up.ts'
import type { IamDeps, IamParts } from './deps.ts'
import type { LoginGuards } from './login/guarded-try.ts'
import { createLogin } from './login/login.ts'
import { createLoginFailures } from './login/login-failures.ts'
import { createLoginThrottle } from './login/login-throttle.ts'
import { createPasswords } from './login/password.ts'
import { iamMigrations } from './migrations.ts'
import { registerPermissions } from './permission/permission-registration.ts'
import { permissionCatalogue, permissions } from './permissions.ts'
import { getHealthcheck } from './routes/get-healthcheck.ts'
import { getRoot } from './routes/get-root.ts'
import { deleteSession } from './routes/login/delete-session.ts'
import { postLogin } from './routes/login/post-login.ts'
import { postLogout } from './routes/login/post-logout.ts'
import { postSession } from './routes/login/post-session.ts'
import { openidRoutes } from './routes/openid/openid-routes.ts'
import { deletePermissionRoute } from './routes/permissions/delete-permission.ts'
import { getPermissionCatalogue } from './routes/permissions/get-permission-catalogue.ts'
import { getPermissions } from './routes/permissions/get-permissions.ts'
import { patchPermission } from './routes/permissions/patch-permission.ts'
import { postPermission } from './routes/permissions/post-permission.ts'
import { deleteRoleRoute } from './routes/roles/delete-role.ts'
import { getRole } from './routes/roles/get-role.ts'
import { getRoles } from './routes/roles/get-roles.ts'
import { patchRole } from './routes/roles/patch-role.ts'
import { postRole } from './routes/roles/post-role.ts'
import { deleteTenantRoute } from './routes/tenants/delete-tenant.ts'
import { deleteTenantUser } from './routes/tenants/delete-tenant-user.ts'
import { getTenant } from './routes/tenants/get-tenant.ts'
import { getTenantExport } from './routes/tenants/get-tenant-export.ts'
import { getTenantUsers } from './routes/tenants/get-tenant-users.ts'
import { getTenants } from './routes/tenants/get-tenants.ts'
import { patchTenant } from './routes/tenants/patch-tenant.ts'
import { postTenant } from './routes/tenants/post-tenant.ts'
import { postTenantImport } from './routes/tenants/post-tenant-import.ts'
import { putTenant } from './routes/tenants/put-tenant.ts'
import { putTenantUser } from './routes/tenants/put-tenant-user.ts'
import { tenantKeyRoutes } from './routes/tenants/tenant-key.ts'
import { deleteTokenRoute } from './routes/tokens/delete-token.ts'
import { getToken } from './routes/tokens/get-token.ts'
import { getTokenRefresh } from './routes/tokens/get-token-refresh.ts'
import { getTokens } from './routes/tokens/get-tokens.ts'
import { postIntrospection } from './routes/tokens/post-introspection.ts'
import { postMyTenant } from './routes/tokens/post-my-tenant.ts'
import { postRunToken } from './routes/tokens/post-run-token.ts'
import { postToken } from './routes/tokens/post-token.ts'
import { postTokenValue } from './routes/tokens/post-token-value.ts'
import { deleteUserRoute } from './routes/users/delete-user.ts'
import { getMe } from './routes/users/get-me.ts'
import { getUser } from './routes/users/get-user.ts'
import { getMyMemberships, getUserMemberships } from './routes/users/get-user-memberships.ts'
import { getMyPermissions, getUserPermissions } from './routes/users/get-user-permissions.ts'
import { getUsers } from './routes/users/get-users.ts'
import { patchMe } from './routes/users/patch-me.ts'
import { patchUser } from './routes/users/patch-user.ts'
import { postUser } from './routes/users/post-user.ts'
import { putMyPassword } from './routes/users/put-my-password.ts'
import { putUser } from './routes/users/put-user.ts'
import { findPrincipal } from './token/principal-store.ts'
import { issueServiceToken, type ServiceToken } from './token/service-token.ts'
import { isToken, tokenHash } from './token/token-text.ts'
import { createTokenUse, type TokenUse } from './token/token-use.ts'
import { ensureFirstAdmin, type FirstAdmin, type FirstAdminOptions } from './user/first-admin.ts'

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
  const use = createTokenUse(parts)
  const lookupToken = createTokenLookup(parts, use)
  return {
    name: 'iam',
    migrations: iamMigrations,
    permissions: Object.values(permissions),
    mounts: [mountOf(parts, guards, lookupToken)],
    async start() {
      await registerPermissions(parts)
      cleaner.start()
      use.start()
    },
    async stop() {
      await cleaner.stop()
      await use.stop()
    },
    lookupToken,
    ensureFirstAdmin: (options) => ensureFirstAdmin(parts, options),
    issueServiceToken: (serviceName, given) => issueServiceToken(parts, serviceName, given),
  }
}

function createTokenLookup({ db, clock }: Pick<IamParts, 'db' | 'clock'>, use: Pick<TokenUse, 'note'>): TokenLookup {
  return async (token) => {
    if (!isToken(token)) return undefined
    const now = clock()
    const principal = await asSystem(db, (tx) => findPrincipal(tx, tokenHash(token), now))
    if (principal) use.note(principal.tokenId, now)
    return principal
  }
}

function mountOf(parts: IamParts, guards: LoginGuards, lookupToken: TokenLookup): Mount {
  const login = createLogin(parts, guards)
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
      getTokens(parts),
      postToken(parts),
      postRunToken(parts),
      postIntrospection(parts),
      getTokenRefresh(parts),
      getToken(parts),
      postTokenValue(parts),
      deleteTokenRoute(parts),
      getUsers(parts),
      postUser(parts),
      getMe(parts),
      patchMe(parts),
      putMyPassword(parts, guards),
      getMyMemberships(parts),
      getMyPermissions(parts),
      postMyTenant(parts),
      getUser(parts),
      getUserMemberships(parts),
      getUserPermissions(parts),
      patchUser(parts),
      putUser(parts),
      deleteUserRoute(parts),
      getTenants(parts),
      postTenant(parts),
      postTenantImport(parts),
      getTenant(parts, { suffix: '' }),
      getTenant(parts, { suffix: '/profile' }),
      patchTenant(parts),
      putTenant(parts),
      deleteTenantRoute(parts),
      getTenantExport(parts),
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
      ...openidRoutes(parts, { login, lookupToken }),
    ],
  }
}
