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
  /** Ids of tenants and users that were deleted here, under which nobody may come back: other services know them. */
  readonly departed: ReadonlySet<string>
}

/** More would help nobody, and looking for them takes time: a file can have millions. */
const MOST_FAULTS = 1_000

/** The file with ids in lower case, each once, usernames normalised and moments written in one way, as far as they can be: what cannot is a fault. */
export function normaliseFile(file: TenantFile): TenantFile {
  const moment = (text: string) => (Number.isNaN(Date.parse(text)) ? text : new Date(text).toISOString())
  const lower = (ids: readonly string[]) => [...new Set(ids.map((id) => id.toLowerCase()))]
  return {
    ...file,
    tenant: { ...file.tenant, id: file.tenant.id.toLowerCase(), createdAt: moment(file.tenant.createdAt) },
    roles: file.roles.map((role) => ({ ...role, id: role.id.toLowerCase() })),
    users: file.users.map((user) => ({
      ...user,
      id: user.id.toLowerCase(),
      username: faultOf(() => checkedUsername(user.username)) ? user.username : checkedUsername(user.username),
      roles: lower(user.roles),
      createdAt: moment(user.createdAt),
    })),
  }
}

/** Throws one error with what keeps a normalised file from being imported: `conflict` if all of it is that things exist here already. */
export function demandImportable(
  file: TenantFile,
  { taken, catalogue, hubRoles }: { taken: Taken; catalogue: PermissionCatalogue; hubRoles: ReadonlySet<string> },
): void {
  const conflicts = [...conflictsOf(file, taken).take(MOST_FAULTS)]
  const others = [...wrongIn(file, catalogue, hubRoles).take(MOST_FAULTS + 1 - conflicts.length)]
  const faults = [...conflicts, ...others]
  const [first] = faults
  if (first === undefined) return
  const count = faults.length > MOST_FAULTS ? `more than ${MOST_FAULTS - 1}` : String(faults.length - 1)
  const more = faults.length === 1 ? '' : `, and ${count} more`
  throw new HubError(others.length === 0 ? 'conflict' : 'invalid-body', `${first.message}${more}`, {
    faults: faults.slice(0, MOST_FAULTS),
  })
}

function* conflictsOf({ tenant, roles, users }: TenantFile, taken: Taken): Generator<Fault, void> {
  if (taken.tenant) yield fault('tenant.id', 'be that of a tenant that is not here yet')
  if (taken.departed.has(tenant.id)) yield fault('tenant.id', 'be that of a tenant that was never deleted here')
  for (const [n, { id }] of roles.entries()) {
    if (taken.roles.has(id)) yield fault(`roles[${n}].id`, 'be that of a role that is not here yet')
  }
  for (const [n, { id, username }] of users.entries()) {
    if (taken.users.has(id)) yield fault(`users[${n}].id`, `be that of nobody here: "${username}" is`)
    if (taken.departed.has(id))
      yield fault(`users[${n}].id`, `be that of nobody who was deleted here: "${username}" was`)
    if (taken.usernames.has(username)) {
      yield fault(`users[${n}].username`, `be a name that nobody has here: "${username}" is taken`)
    }
  }
}

function* wrongIn(
  file: TenantFile,
  catalogue: PermissionCatalogue,
  hubRoles: ReadonlySet<string>,
): Generator<Fault, void> {
  yield* momentFault('tenant.createdAt', file.tenant.createdAt)
  yield* roleFaults(file, catalogue)
  yield* userFaults(file, catalogue, hubRoles)
}

function* roleFaults({ roles }: TenantFile, catalogue: PermissionCatalogue): Generator<Fault, void> {
  yield* repeated(roles, 'roles', 'id', ({ id }) => id)
  yield* repeated(roles, 'roles', 'name', ({ name }) => name.toLowerCase())
  for (const [n, { name, permissions }] of roles.entries()) {
    if (faultOf(() => checkRoleName(name))) {
      yield fault(`roles[${n}].name`, 'not be one that is kept for roles of the hub')
    }
    yield* permissionFaults(permissions, `roles[${n}]`, catalogue)
  }
}

function* userFaults(
  { roles, users }: TenantFile,
  catalogue: PermissionCatalogue,
  hubRoles: ReadonlySet<string>,
): Generator<Fault, void> {
  const known = new Set([...hubRoles, ...roles.map(({ id }) => id)])
  yield* repeated(users, 'users', 'id', ({ id }) => id)
  yield* repeated(users, 'users', 'username', ({ username }) => username)
  for (const [n, user] of users.entries()) {
    yield* textFault(
      `users[${n}].username`,
      faultOf(() => checkedUsername(user.username)),
    )
    yield* momentFault(`users[${n}].createdAt`, user.createdAt)
    yield* textFault(`users[${n}].passwordHash`, user.passwordHash && foreignHashFault(user.passwordHash))
    for (const [r, id] of user.roles.entries()) {
      if (!known.has(id)) yield fault(`users[${n}].roles[${r}]`, 'be a role of the file, or one of the hub for tenants')
    }
    yield* permissionFaults(user.permissions, `users[${n}]`, catalogue)
  }
}

function* permissionFaults(
  names: readonly string[],
  field: string,
  catalogue: PermissionCatalogue,
): Generator<Fault, void> {
  for (const [n, name] of names.entries()) {
    if (catalogue.find(name)?.scope === 'tenant') continue
    yield fault(`${field}.permissions[${n}]`, `be a known permission within a tenant: it is "${name}"`)
  }
}

function* repeated<T>(
  things: readonly T[],
  list: string,
  field: string,
  keyOf: (thing: T) => string,
): Generator<Fault, void> {
  const seen = new Set<string>()
  for (const [n, thing] of things.entries()) {
    const key = keyOf(thing)
    if (seen.has(key)) yield fault(`${list}[${n}].${field}`, 'be there once in the file')
    seen.add(key)
  }
}

/** The form lets moments through that no calendar has. */
function* momentFault(field: string, text: string): Generator<Fault, void> {
  if (!(Date.parse(text) >= 0)) yield fault(field, 'be a moment of 1970 or later')
}

function* textFault(field: string, reason: string | undefined): Generator<Fault, void> {
  if (reason) yield fault(field, reason)
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
