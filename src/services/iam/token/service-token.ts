import { newId } from '#lib/id'
import type { Tx } from '#lib/postgres'
import { asSystem } from '../as-system.ts'
import type { IamParts } from '../deps.ts'
import { findServiceId, insertUser } from '../user/user-store.ts'
import type { Token } from './token.ts'
import { issueToken } from './token-issue.ts'

/** A token by which a service of the hub acts. */
export interface ServiceToken {
  readonly token: string
  /** Epoch milliseconds; get another one in good time. */
  readonly expiresAt: number
}

/** Short, as any process can have a new one at any time. */
const LIFETIME_MS = 3_600_000

type Parts = Pick<IamParts, 'db' | 'bus' | 'clock'>

/**
 * Issues a token of an hour to a service, with exactly the given permissions: they are the token's own, so that a service holds
 * nothing when it has no token. The service's user is created when it gets its first; disabling that user shuts the service out.
 */
export async function issueServiceToken(
  { db, bus, clock }: Parts,
  serviceName: string,
  permissions: readonly string[],
): Promise<ServiceToken> {
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(serviceName)) {
    throw new Error(`Cannot issue a token as the name of a service must be like "audit-log": it is "${serviceName}"`)
  }
  const createdAt = clock()
  const expiresAt = new Date(createdAt.getTime() + LIFETIME_MS)
  const issued = await asSystem(db, async (tx) => {
    const userId = await ensureService({ bus }, tx, serviceName, createdAt)
    const type = 'EPHEMERAL_SERVICE_ACCOUNT'
    const token = {
      id: newId(),
      userId,
      tenantId: undefined,
      type,
      permissions,
      expiresAt,
      createdAt,
    } as const satisfies Token
    return issueToken({ bus }, tx, token)
  })
  return { token: issued.token, expiresAt: expiresAt.getTime() }
}

/** The id of the service's user. When another process creates it at the same moment, the insert waits for that and gives way. */
async function ensureService({ bus }: Pick<Parts, 'bus'>, tx: Tx, username: string, createdAt: Date): Promise<string> {
  const existing = await findServiceId(tx, username)
  if (existing !== undefined) return existing
  const id = newId()
  const status = 'ACTIVE'
  const inserted = await insertUser(tx, {
    id,
    kind: 'service',
    username,
    passwordHash: undefined,
    status,
    confirmed: true,
    membership: undefined,
    roles: [],
    permissions: [],
    everywhere: [],
    createdAt,
  })
  if (inserted) await bus.publish(tx, { name: 'iam.user.created', payload: { id, username, status } })
  const found = inserted ? id : await findServiceId(tx, username)
  if (found === undefined)
    throw new Error(`Cannot issue a token to "${username}" as its user must stay: it was deleted`)
  return found
}
