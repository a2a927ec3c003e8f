import type { User } from '../user/user.ts'

/** What each scope tells of a user. `global` is the one of existing clients. */
export const claimsOfScope = {
  openid: ['sub'],
  profile: ['username', 'firstname', 'lastname'],
  global: ['username', 'firstname', 'lastname', 'status', 'roles', 'tenant', 'permissions', 'confirmed'],
} as const

/** What a client may ask for. */
export const scopes = ['openid', 'profile', 'global', 'offline_access'] as const

/** All that can be told of a user; `permissions` of the user must be all that hold in the tenant. */
export function claimsOf(user: User): { sub: string } & Record<string, unknown> {
  const { id, username, firstname, lastname, status, tenantId, permissions, confirmed } = user
  return {
    sub: id,
    username,
    ...(firstname === undefined ? {} : { firstname }),
    ...(lastname === undefined ? {} : { lastname }),
    status,
    roles: user.roles.map(({ id: roleId, name }) => ({ id: roleId, name })),
    ...(tenantId === undefined ? {} : { tenant: tenantId }),
    permissions: [...permissions].toSorted(),
    confirmed,
  }
}

/** Those of the claims that the scopes, divided by spaces, allow. */
export function claimsWithin(claims: Record<string, unknown>, scope: string): Record<string, unknown> {
  const wanted = scope.split(' ').flatMap((name) => claimsOfScope[name as keyof typeof claimsOfScope] ?? [])
  return Object.fromEntries(Object.entries(claims).filter(([name]) => (wanted as string[]).includes(name)))
}
