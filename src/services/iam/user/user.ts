import type { Role } from '../role/role.ts'
import type { Status } from '../tenant/tenant.ts'

/** Someone who can act: a person, or a service of the hub. */
export interface User {
  readonly id: string
  readonly kind: 'user' | 'service'
  /** As `normaliseUsername` gives it; unique among those of its kind. */
  readonly username: string
  readonly firstname: string | undefined
  readonly lastname: string | undefined
  readonly status: Status
  readonly confirmed: boolean
  /** The tenant as which the rest is seen: the reader's own, for readers of all tenants the user's default one. */
  readonly tenantId: string | undefined
  /** Those of the platform and those in that tenant. */
  readonly roles: readonly Role[]
  /** Given directly, without those of the roles: everywhere and in that tenant. */
  readonly permissions: readonly string[]
  /** Those of them that are in force everywhere: of the platform, and any of a user without tenant. */
  readonly everywhere: readonly string[]
  readonly createdAt: Date
  readonly changedAt: Date
}

/** Who is to be created; `membership` is absent for someone who belongs to no tenant. */
export interface NewUser {
  readonly id: string
  readonly kind: 'user' | 'service'
  readonly username: string
  readonly passwordHash: string | undefined
  readonly firstname?: string | undefined
  readonly lastname?: string | undefined
  readonly status: Status
  readonly confirmed: boolean
  readonly membership: { readonly tenantId: string } | undefined
  readonly roles: readonly Role[]
  /** Given directly. */
  readonly permissions: readonly string[]
  /** Those of them that are in force everywhere. */
  readonly everywhere: readonly string[]
  readonly createdAt: Date
}
