import type { Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import type { User } from '../user/user.ts'
import { ROLE_IDS, ROLES_JSON, toUser, USER_COLUMNS, type UserRow } from '../user/user-store.ts'
import type { TokenType } from './token.ts'

/** SQL for what the account of token `t` may do: directly, by the membership it acts in, by all roles. */
const HELD = `array(
  select unnest(u.permissions) union select unnest(m.permissions)
  union select unnest(r.permissions) from iam.role r where r.id in (${ROLE_IDS}))`

/** SQL for what token `t` allows: of its own permissions those that its maker still has, and those of the account that lie within its scope. */
const PERMISSIONS = `array(
  select unnest(iam.of_maker(t.permissions, t.made_by, t.tenant_id))
  union select unnest(case when t.scope is null then ${HELD} else iam.within_scope(${HELD}, t.scope) end))`

/** SQL for tokens in force at $2: not over, the user and the tenant ACTIVE. The time is looked at, not the clean-up relied upon. */
const IN_FORCE = `
    join iam.user u on u.id = t.user_id and u.status = 'ACTIVE'
    left join iam.membership m on m.user_id = t.user_id and m.tenant_id = t.tenant_id
    left join iam.tenant n on n.id = t.tenant_id
   where (t.expires_at is null or t.expires_at > $2) and (t.tenant_id is null or n.status = 'ACTIVE')`

/** SQL for the one token that $1 is the id of, or the hash of a value of, and for when it ends, or its value. */
function tokensBy(by: Buffer | string): { from: string; end: string; replaced: string } {
  if (typeof by === 'string') {
    return { from: `iam.token t ${IN_FORCE} and t.id = $1`, end: 't.expires_at', replaced: 'false' }
  }
  return {
    replaced: 'v.expires_at is not null',
    from: `iam.token_value v join iam.token t on t.id = v.token_id ${IN_FORCE}
             and v.hash = $1 and (v.expires_at is null or v.expires_at > $2)`,
    end: 'least(t.expires_at, v.expires_at)',
  }
}

interface PrincipalRow {
  readonly id: string
  readonly user_id: string
  readonly kind: 'user' | 'service'
  readonly tenant_id: string | null
  readonly expires_at: Date | null
  readonly flow_id: string | null
  readonly secrets: readonly string[]
  readonly replaced: boolean
  readonly permissions: readonly string[]
}

/** Whom a token in force stands for: by the hash of a value of it, or by its id. */
export async function findPrincipal(tx: Tx, by: Buffer | string, now: Date): Promise<Principal | undefined> {
  const { from, end, replaced } = tokensBy(by)
  const [row] = await tx.query<PrincipalRow>(
    {
      name: typeof by === 'string' ? 'iam-principal-by-id' : 'iam-principal',
      text: `select t.id, t.user_id, u.kind, t.tenant_id, t.flow_id, t.secrets, ${end} as expires_at, ${replaced} as replaced,
             ${PERMISSIONS} as permissions from ${from}`,
    },
    [by, now],
  )
  if (row === undefined) return undefined
  return {
    kind: row.kind,
    id: row.user_id,
    tokenId: row.id,
    permissions: new Set(row.permissions),
    ...(row.tenant_id === null ? {} : { tenant: row.tenant_id }),
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at.getTime() }),
    ...(row.flow_id === null ? {} : { flowId: row.flow_id }),
    ...(row.secrets.length > 0 && { secretIds: new Set(row.secrets) }),
    ...(row.replaced ? { isReplaced: true } : {}),
  }
}

/** A token in force with its user, as seen in the tenant it acts in; `user.permissions` are all that it allows. */
export interface TokenAccount {
  readonly user: User
  readonly token: {
    readonly id: string
    readonly type: TokenType
    readonly expiresAt: Date | undefined
    /** The flow whose runs act by it. */
    readonly flowId: string | undefined
    /** The secrets that these runs may read. */
    readonly secretIds: readonly string[]
    /** Whether it allows less than the account may do. */
    readonly isScoped: boolean
  }
}

type AccountRow = UserRow & {
  readonly token_id: string
  readonly type: TokenType
  readonly expires_at: Date | null
  readonly flow_id: string | null
  readonly secrets: readonly string[]
  readonly scoped: boolean
}

/** By the hash of a value of the token, or by its id. */
export async function findTokenAccount(tx: Tx, by: Buffer | string, now: Date): Promise<TokenAccount | undefined> {
  const { from, end } = tokensBy(by)
  const [row] = await tx.query<AccountRow>(
    `select ${USER_COLUMNS}, t.tenant_id, ${PERMISSIONS} as permissions, ${ROLES_JSON} as roles,
            t.id as token_id, t.type, t.flow_id, t.secrets, ${end} as expires_at, t.scope is not null as scoped
       from ${from}`,
    [by, now],
  )
  if (row === undefined) return undefined
  const { token_id: id, type, expires_at, flow_id, secrets: secretIds, scoped: isScoped } = row
  const token = { id, type, expiresAt: expires_at ?? undefined, flowId: flow_id ?? undefined, secretIds, isScoped }
  return { user: toUser(row), token }
}
