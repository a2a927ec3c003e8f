import type { Tx } from '#lib/postgres'
import type { User } from '../user/user.ts'
import { ROLE_IDS, ROLES_JSON, toUser, USER_COLUMNS, type UserRow } from '../user/user-store.ts'
import { GRANT_IN_FORCE, hashOf } from './artifact-store.ts'

/** SQL for what the user may do where membership `m` is. */
const PERMISSIONS = `array(
  select unnest(u.permissions) union select unnest(m.permissions)
  union select unnest(r.permissions) from iam.role r where r.id in (${ROLE_IDS}))`

const ACCOUNT = `select ${USER_COLUMNS}, m.tenant_id, ${PERMISSIONS} as permissions, ${ROLES_JSON} as roles`

/** A user who has signed in, as seen in the tenant in which the login acts. `permissions` are all that hold there. */
export interface SignedIn {
  readonly user: User
  readonly loginId: string
  /** When the password was typed. */
  readonly since: Date
}

/** Whose login that is. Undefined unless it is one by password and in force: not over, the user and the tenant ACTIVE. */
export async function findSignedIn(tx: Tx, loginId: string, now: Date): Promise<SignedIn | undefined> {
  const [row] = await tx.query<UserRow & { readonly since: Date }>(
    {
      name: 'iam-openid-login',
      text: `${ACCOUNT}, t.created_at as since
         from iam.token t
         join iam.user u on u.id = t.user_id and u.status = 'ACTIVE' and u.kind = 'user'
         left join iam.membership m on m.user_id = t.user_id and m.tenant_id = t.tenant_id
         left join iam.tenant n on n.id = t.tenant_id
        where t.id = $1 and t.type = 'SELF' and t.expires_at > $2 and (t.tenant_id is null or n.status = 'ACTIVE')`,
    },
    [loginId, now],
  )
  return row && { user: toUser(row), loginId, since: row.since }
}

/** The user of a grant, as seen in the tenant in which it was given; `permissions` are all that hold there. Undefined unless it is in force. */
export async function findGrantUser(tx: Tx, grant: string): Promise<User | undefined> {
  const [row] = await tx.query<UserRow>(
    {
      name: 'iam-openid-grant-user',
      text: `${ACCOUNT}
         from iam.client_grant g
         join iam.user u on u.id = g.user_id
         left join iam.membership m on m.user_id = g.user_id and m.tenant_id = g.tenant_id
        where g.hash = $1 and ${GRANT_IN_FORCE}`,
    },
    [hashOf(grant)],
  )
  return row && toUser(row)
}
