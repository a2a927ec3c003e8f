import type { Role } from '../role/role.ts'
import type { User } from './user.ts'

/** What a change asks for; absent = stays. `undefined` in `firstname` and `lastname` takes the name away. */
export interface UserChange {
  readonly username?: string
  readonly passwordHash?: string
  readonly firstname?: string | undefined
  readonly lastname?: string | undefined
  readonly status?: User['status']
  readonly confirmed?: boolean
  readonly roles?: readonly Role[]
  readonly permissions?: readonly string[]
  /** With `permissions`: those of them that are to be in force everywhere. */
  readonly everywhere?: readonly string[]
}

/** The user afterwards, and what has changed. */
export interface ChangedUser {
  readonly user: User
  /** Names of fields; `password` for a new one. */
  readonly changed: readonly string[]
  /** Of the fields that are neither personal nor secret. */
  readonly before: ToldFields
  readonly after: ToldFields
}

/** The fields of a user whose values events may tell. */
export interface ToldFields {
  readonly status?: User['status']
  readonly confirmed?: boolean
  readonly roles?: string[]
  readonly permissions?: string[]
}

const plain = ['username', 'firstname', 'lastname', 'status', 'confirmed'] as const
const told = ['status', 'confirmed', 'roles', 'permissions'] as const

/** Applies a change. What is asked for and is so already is no change; a password always is one. */
export function changeUser(before: User, change: UserChange, now: Date): ChangedUser {
  const given = Object.fromEntries(plain.filter((field) => field in change).map((field) => [field, change[field]]))
  const user: User = {
    ...before,
    ...given,
    roles: change.roles ?? before.roles,
    permissions: change.permissions ?? before.permissions,
    everywhere: change.everywhere ?? before.everywhere,
    changedAt: now,
  }
  const fields = [...plain, 'roles', 'permissions'] as const
  const changed = fields.filter(
    (field) => JSON.stringify(factOf(before, field)) !== JSON.stringify(factOf(user, field)),
  )
  const tell = (of: User): ToldFields =>
    Object.fromEntries(told.filter((field) => changed.includes(field)).map((field) => [field, factOf(of, field)]))
  return {
    user,
    changed: change.passwordHash === undefined ? changed : [...changed, 'password'],
    before: tell(before),
    after: tell(user),
  }
}

function factOf(user: User, field: (typeof plain)[number] | 'roles' | 'permissions'): unknown {
  if (field === 'roles') return user.roles.map(({ id }) => id).toSorted()
  return field === 'permissions' ? [...new Set(user.permissions)].toSorted() : user[field]
}
