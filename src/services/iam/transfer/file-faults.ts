import { type Fault, HubError } from '#lib/errors'
import { foreignHashFault } from '../login/password.ts'
import type { PermissionCatalogue } from '../permissions.ts'
import { checkRoleName } from '../role/role-rules.ts'
import { checkedUsername } from '../user/username.ts'
import type { TenantFile } from './tenant-file.ts'

/** What of the things in a file exists here already. Ids and names are as the file has them once normalised. */
export interface Taken {
  readonly tenant: boolean
  readonly roles: ReadonlySet<string>
  readonly users: ReadonlySet<string>
  readonly usernames: ReadonlySet<string>
}

/** More would help nobody, and the answer has to end. */
const MOST_FAULTS = 1_000

/** The file with ids in lower case, each once, and usernames normalised, as far as they can be: what cannot is a fault. */
export function normaliseFile(file: TenantFile): TenantFile {
  const lower = (ids: readonly string[]) => [...new Set(ids.map((id) => id.toLowerCase()))]
  return {
    ...file,
    tenant: { ...file.tenant, id: file.tenant.id.toLowerCase() },
    roles: file.roles.map((role) => ({ ...role, id: role.id.toLowerCase() })),
    users: file.users.map((user) => ({
      ...user,
      id: user.id.toLowerCase(),
      username: faultOf(() => checkedUsername(user.username)) ? user.username : checkedUsername(user.username),
      roles: lower(user.roles),
    })),
  }
}

/** Throws one error with all that keeps a normalised file from being imported: `conflict` if all of it is that things exist here already. */
export function demandImportable(
  file: TenantFile,
  { taken, catalogue, hubRoles }: { taken: Taken; catalogue: PermissionCatalogue; hubRoles: ReadonlySet<string> },
): void {
  const conflicts = conflictsOf(file, taken)
  const faults = [
    ...conflicts,
    ...momentFault('tenant.createdAt', file.tenant.createdAt),
    ...roleFaults(file, catalogue),
    ...userFaults(file, catalogue, hubRoles),
  ]
  const [first] = faults
  if (first === undefined) return
  const more = faults.length === 1 ? '' : `, and ${faults.length - 1} more`
  throw new HubError(conflicts.length === faults.length ? 'conflict' : 'invalid-body', `${first.message}${more}`, {
    faults: faults.slice(0, MOST_FAULTS),
  })
}

function conflictsOf({ roles, users }: TenantFile, taken: Taken): Fault[] {
  return [
    ...(taken.tenant ? [fault('tenant.id', 'be that of a tenant that is not here yet')] : []),
    ...roles.flatMap(({ id }, n) =>
      taken.roles.has(id) ? [fault(`roles[${n}].id`, 'be that of a role that is not here yet')] : [],
    ),
    ...users.flatMap(({ id, username }, n) => [
      ...(taken.users.has(id) ? [fault(`users[${n}].id`, `be that of nobody here: "${username}" is`)] : []),
      ...(taken.usernames.has(username)
        ? [fault(`users[${n}].username`, `be a name that nobody has here: "${username}" is taken`)]
        : []),
    ]),
  ]
}

function roleFaults({ roles }: TenantFile, catalogue: PermissionCatalogue): Fault[] {
  return [
    ...repeated(roles, 'roles', 'id', ({ id }) => id),
    ...repeated(roles, 'roles', 'name', ({ name }) => name.toLowerCase()),
    ...roles.flatMap(({ name, permissions }, n) => [
      ...(faultOf(() => checkRoleName(name))
        ? [fault(`roles[${n}].name`, 'not be one that is kept for roles of the hub')]
        : []),
      ...permissionFaults(permissions, `roles[${n}]`, catalogue),
    ]),
  ]
}

function userFaults(
  { roles, users }: TenantFile,
  catalogue: PermissionCatalogue,
  hubRoles: ReadonlySet<string>,
): Fault[] {
  const known = new Set([...hubRoles, ...roles.map(({ id }) => id)])
  return [
    ...repeated(users, 'users', 'id', ({ id }) => id),
    ...repeated(users, 'users', 'username', ({ username }) => username),
    ...users.flatMap((user, n) => [
      ...textFault(
        `users[${n}].username`,
        faultOf(() => checkedUsername(user.username)),
      ),
      ...momentFault(`users[${n}].createdAt`, user.createdAt),
      ...textFault(`users[${n}].passwordHash`, user.passwordHash && foreignHashFault(user.passwordHash)),
      ...user.roles.flatMap((id, r) =>
        known.has(id) ? [] : [fault(`users[${n}].roles[${r}]`, 'be a role of the file, or one of the hub for tenants')],
      ),
      ...permissionFaults(user.permissions, `users[${n}]`, catalogue),
    ]),
  ]
}

function permissionFaults(names: readonly string[], field: string, catalogue: PermissionCatalogue): Fault[] {
  return names.flatMap((name, n) =>
    catalogue.find(name)?.scope === 'tenant'
      ? []
      : [fault(`${field}.permissions[${n}]`, `be a known permission within a tenant: it is "${name}"`)],
  )
}

function repeated<T>(things: readonly T[], list: string, field: string, keyOf: (thing: T) => string): Fault[] {
  const seen = new Set<string>()
  return things.flatMap((thing, n) => {
    const key = keyOf(thing)
    if (seen.has(key)) return [fault(`${list}[${n}].${field}`, 'be there once in the file')]
    seen.add(key)
    return []
  })
}

/** The form lets moments through that no calendar has. */
function momentFault(field: string, text: string): Fault[] {
  return Date.parse(text) >= 0 ? [] : [fault(field, 'be a moment of 1970 or later')]
}

function textFault(field: string, reason: string | undefined): Fault[] {
  return reason ? [fault(field, reason)] : []
}

function fault(field: string, reason: string): Fault {
  return { field, message: `Field "${field}" must ${reason}` }
}

/** What a rule of a single thing says against it, without the name of the field. */
function faultOf(check: () => unknown): string | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (!(error instanceof HubError)) throw error
    return error.message.replace(/^Field "\w+" must /, '')
  }
}
