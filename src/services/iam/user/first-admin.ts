import { randomInt } from 'node:crypto'
import { newId } from '#lib/id'
import type { Tx } from '#lib/postgres'
import { asSystem } from '../as-system.ts'
import type { IamParts } from '../deps.ts'
import { checkPassword } from '../login/password-policy.ts'
import { ADMIN_ROLE } from '../role/role.ts'
import { findRolesById } from '../role/role-store.ts'
import { insertTenant } from '../tenant/tenant-store.ts'
import { hasUsers, insertUser } from './user-store.ts'
import { checkedUsername } from './username.ts'

/** Both have a default: `admin`, and a random password. */
export interface FirstAdminOptions {
  readonly username?: string | undefined
  readonly password?: string | undefined
}

/** The administrator that was created. */
export interface FirstAdmin {
  readonly username: string
  /** Only if it was made here: to be shown once. */
  readonly password?: string
}

/** Any number, the same for all processes: one creates, the others wait and find the user. ("OIHa" in ASCII.) */
const LOCK = 0x4f494861

/** Without letters and digits that look alike. 24 of 55 characters hold 138 bits. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789'
const PASSWORD_CHARACTERS = 24

/** The name of the tenant that the administrator belongs to. */
const TENANT = 'Main'

type Parts = Pick<IamParts, 'db' | 'bus' | 'clock' | 'passwords'>

/**
 * Creates the first tenant and its administrator, who may do everything, unless there is a user already: then undefined. Throws
 * `invalid-body` when the wanted name or password does not fit.
 */
export async function ensureFirstAdmin(parts: Parts, options: FirstAdminOptions = {}): Promise<FirstAdmin | undefined> {
  const { db, passwords } = parts
  if (await asSystem(db, hasUsers)) return undefined
  const username = checkedUsername(options.username ?? 'admin')
  const password = options.password ?? randomPassword()
  await checkPassword(password, { username, tenants: [TENANT], field: 'OIH_ADMIN_PASSWORD' })
  // Before the transaction: it takes a while.
  const passwordHash = await passwords.hash(password)
  const created = await asSystem(db, async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [LOCK])
    if (await hasUsers(tx)) return false
    await createAdmin(tx, parts, { username, passwordHash })
    return true
  })
  if (!created) return undefined
  return options.password === undefined ? { username, password } : { username }
}

async function createAdmin(
  tx: Tx,
  { bus, clock }: Parts,
  { username, passwordHash }: { username: string; passwordHash: string },
): Promise<void> {
  const [id, tenantId, createdAt] = [newId(), newId(), clock()]
  const [name, status] = [TENANT, 'ACTIVE'] as const
  await insertTenant(tx, { id: tenantId, name, status, confirmed: true, createdAt, changedAt: createdAt })
  await insertUser(tx, {
    id,
    kind: 'user',
    username,
    passwordHash,
    status,
    confirmed: true,
    membership: { tenantId },
    roles: await findRolesById(tx, [ADMIN_ROLE]),
    permissions: [],
    everywhere: [],
    createdAt,
  })
  // Nobody is the actor: the hub did it.
  const tenant = tenantId
  await bus.publishAll(tx, [
    { name: 'iam.tenant.created', payload: { tenant, id: tenantId, name, status } },
    { name: 'iam.user.created', payload: { tenant, id, username, status, tenantId, roles: [ADMIN_ROLE] } },
    { name: 'iam.user.assignedToTenant', payload: { tenant, id, tenantId, roles: [ADMIN_ROLE] } },
  ])
}

function randomPassword(): string {
  return Array.from({ length: PASSWORD_CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
}
