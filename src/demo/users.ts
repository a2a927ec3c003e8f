import { type CastMember, cast } from './cast.ts'
import { DemoError, demand, demandAll, type HubCall } from './hub-call.ts'
import { namesOf, type Present } from './present.ts'
import { randomPassword } from './random-text.ts'
import type { DemoUser, LoadReport } from './report.ts'

/** Creates the users who are not there yet. Throws a `DemoError` when one cannot be created. */
export async function createMissingUsers(
  call: HubCall,
  report: LoadReport,
  tenantId: string,
  present: Present['users'],
): Promise<DemoUser[]> {
  const made: DemoUser[] = []
  for (const member of cast.filter(({ part }) => !present.some((user) => user.part === part))) {
    made.push(await createUser(call, report, tenantId, member))
  }
  return made
}

/**
 * Another engineer, for a load that was cut off between the engineer and the flows: nobody may know the first one's password, and
 * only somebody of the tenant can make its flows.
 */
export async function createSuccessor(
  call: HubCall,
  report: LoadReport,
  tenantId: string,
  present: Present['users'],
): Promise<DemoUser> {
  const engineer = cast.find(({ part }) => part === 'engineer')
  const username = namesOf('engineer').find((name) => !present.some((user) => user.username === name))
  if (engineer === undefined || username === undefined) {
    throw new DemoError('Cannot load the demo as its flows must be made by a new engineer: too many loads were cut off')
  }
  return createUser(call, report, tenantId, { ...engineer, username })
}

async function createUser(
  call: HubCall,
  report: LoadReport,
  tenant: string,
  { part, about, role, username, firstname, lastname, permissions }: CastMember,
): Promise<DemoUser> {
  const password = randomPassword()
  const roles = role === undefined ? [] : [await roleId(call, role)]
  const body = { username, password, firstname, lastname, tenant, roles, permissions }
  await demand(call, `create user "${username}"`, { method: 'POST', path: '/iam/api/v1/users', body })
  const user = { part, about, username, password }
  report.onProgress(`User "${username}" is created: ${about}`)
  report.onUser(user)
  return user
}

async function roleId(call: HubCall, name: string): Promise<string> {
  type Role = { id: string; name: string; isGlobal: boolean }
  const roles = await demandAll<Role>(call, 'look for roles', '/iam/api/v1/roles?meta=true')
  const role = roles.find((each) => each.isGlobal && each.name === name)
  if (role === undefined) throw new DemoError(`Cannot load the demo as role "${name}" must exist`)
  return role.id
}
