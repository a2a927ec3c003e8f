/** May do everything, for every tenant. The ids are those that the first migration writes. */
export const ADMIN_ROLE = '00000000-0000-7000-8000-000000000001'
/** Builds and runs flows of the tenant; what a new user gets by default. */
export const USER_ROLE = '00000000-0000-7000-8000-000000000002'
/** May do everything within the tenant. */
export const TENANT_ADMIN_ROLE = '00000000-0000-7000-8000-000000000003'

/** A named set of permissions. */
export interface Role {
  readonly id: string
  /** Undefined for the roles of the hub, which every tenant may use. */
  readonly tenantId: string | undefined
  /** In force in every tenant; held by users, never by memberships. */
  readonly platform: boolean
  readonly name: string
  readonly description: string
  readonly permissions: readonly string[]
}
