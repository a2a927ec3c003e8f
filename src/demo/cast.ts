/** The tenant of the demo, by which a later load knows it again. */
export const TENANT_NAME = 'Acme Demo'

/** What a user of the demo is there for. */
export type Part = 'engineer' | 'auditor' | 'administrator'

/** A user of the demo as it is to be created. */
export interface CastMember {
  readonly part: Part
  readonly username: string
  readonly firstname: string
  readonly lastname: string
  /** What it may do, in a few words. */
  readonly about: string
  /** Name of a role of the hub; without one only the permissions count. */
  readonly role?: string
  readonly permissions: readonly string[]
  /** Something of the API that it may read. */
  readonly reads: string
}

/** The users of the demo. The engineer comes first: the flows are made by it. */
export const cast: readonly CastMember[] = [
  {
    part: 'engineer',
    username: 'demo-engineer',
    firstname: 'Emil',
    lastname: 'Engineer',
    about: 'builds and runs the flows',
    role: 'USER',
    permissions: [],
    reads: '/component-orchestrator/executions',
  },
  {
    part: 'auditor',
    username: 'demo-auditor',
    firstname: 'Olga',
    lastname: 'Auditor',
    about: 'reads everything of the tenant, changes nothing',
    permissions: [
      'logs.read',
      'events.read',
      'flows.read',
      'executions.read',
      'tenant.profile.read',
      'tenant.account.read',
      'tenant.roles.read',
    ],
    reads: '/audit-log/logs',
  },
  {
    part: 'administrator',
    username: 'demo-admin',
    firstname: 'Ada',
    lastname: 'Admin',
    about: 'may do everything within the tenant',
    role: 'TENANT_ADMIN',
    permissions: [],
    reads: '/iam/api/v1/users',
  },
]
