import type { Permission } from '#lib/principal'

const platform = (name: string, description: string): Permission => ({ name, scope: 'platform', description })
const tenant = (name: string, description: string): Permission => ({ name, scope: 'tenant', description })

/** What the IAM checks, under the names that existing clients know. Those of scope `platform` only admins may give. */
export const permissions = {
  all: platform('all', 'Do everything, for every tenant'),
  tenantCreate: platform('iam.tenant.create', 'Create tenants'),
  tenantRead: platform('iam.tenant.read', 'List tenants'),
  tenantDelete: platform('iam.tenant.delete', 'Delete tenants'),
  tenantExport: platform('iam.tenant.export', 'Take a tenant out as a file, with the password hashes of its users'),
  tenantImport: platform(
    'iam.tenant.import',
    'Bring in a tenant from a file, with users who may do anything within it',
  ),
  keyCreate: platform('iam.key.create', 'Set the key of a tenant'),
  keyRead: platform('iam.key.read', 'Read the key of a tenant'),
  keyDelete: platform('iam.key.delete', 'Delete the key of a tenant'),
  accountDelete: platform('iam.account.delete', 'Delete users'),
  tokenCreate: platform('iam.token.create', 'Create tokens for other accounts'),
  tokenUpdate: platform('iam.token.update', 'Create tokens with permissions of their own'),
  tokenDelete: platform('iam.token.delete', 'Withdraw tokens'),
  tokenIntrospect: platform('iam.token.introspect', 'See whose a token is and what it allows'),
  tokenDelegate: platform('iam.token.delegate', 'Have the runs of flows act in the name of who started or owns them'),
  clientRead: platform('iam.client.read', 'See the clients of the OpenID provider'),
  clientCreate: platform('iam.client.create', 'Register clients of the OpenID provider'),
  clientUpdate: platform('iam.client.update', 'Change clients of the OpenID provider, and give them new secrets'),
  clientDelete: platform('iam.client.delete', 'Delete clients of the OpenID provider'),
  signingKeyCreate: platform('iam.signingKey.create', 'Have the OpenID provider sign with a new key at once'),
  tenantAll: tenant('tenant.all', 'Do everything within the tenant'),
  memberCreate: tenant('tenant.account.create', 'Create users of the tenant'),
  memberRead: tenant('tenant.account.read', 'See the users of the tenant'),
  memberUpdate: tenant('tenant.account.update', 'Change users of the tenant'),
  memberDelete: tenant('tenant.account.delete', 'Remove users from the tenant'),
  membershipCreate: tenant('tenant.membership.create', 'Add existing users to the tenant'),
  membershipUpdate: tenant('tenant.membership.update', 'Change what members of the tenant may do'),
  tokensRead: tenant('tenant.tokens.read', 'See the tokens of the users of the tenant'),
  tokensDelete: tenant('tenant.tokens.delete', 'Withdraw tokens of the users of the tenant'),
  profileRead: tenant('tenant.profile.read', 'See the tenant'),
  profileUpdate: tenant('tenant.profile.update', 'Change the tenant'),
  rolesRead: tenant('tenant.roles.read', 'See the roles of the tenant and of the hub'),
  rolesCreate: tenant('tenant.roles.create', 'Create roles of the tenant'),
  rolesUpdate: tenant('tenant.roles.update', 'Change roles of the tenant'),
  rolesDelete: tenant('tenant.roles.delete', 'Delete roles of the tenant'),
} as const satisfies Record<string, Permission>

/** The permissions of all services, each name once. */
export interface PermissionCatalogue {
  readonly all: readonly Permission[]
  find(name: string): Permission | undefined
}

/** Joins those of the other services to the IAM's own. */
export function permissionCatalogue(others: readonly Permission[]): PermissionCatalogue {
  const byName = new Map([...Object.values(permissions), ...others].map((each) => [each.name, each]))
  return { all: [...byName.values()], find: (name) => byName.get(name) }
}

/**
 * Those of the names that are in force everywhere when given directly: permissions of the platform, and all of a user who belongs to no
 * tenant. Within a tenant no permission of the platform is ever kept.
 */
export function everywhereOf(
  catalogue: PermissionCatalogue,
  names: readonly string[],
  tenantId: string | undefined,
): string[] {
  return names.filter((name) => tenantId === undefined || catalogue.find(name)?.scope !== 'tenant')
}
