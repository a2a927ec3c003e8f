import { createHash } from 'node:crypto'
import type { MasterKey } from '#lib/master-key/master-key'
import type { SealedTable } from '#lib/master-key/sealed-table'
import type { Tx } from '#lib/postgres'

/** What the provider keeps of a kind, beside what it says of itself. */
export interface Artifact {
  readonly content: object
  readonly expiresAt: Date
  readonly grant?: string | undefined
  readonly clientId?: string | undefined
  readonly userId?: string | undefined
  /** Of a session: the login of the hub on which it rests. */
  readonly loginId?: string | undefined
  /** Of a session: its second name. */
  readonly uid?: string | undefined
}

/** What was found: the content, and whether it has been used up. */
export interface FoundArtifact {
  readonly content: Record<string, unknown>
  readonly consumedAt: Date | undefined
}

/** Keeps what the provider issues: under the hash of its id, sealed by the master key, so that no table holds anything of use. */
export interface ArtifactStore {
  save(tx: Tx, kind: string, id: string, artifact: Artifact): Promise<void>
  /** Undefined also for what is over, and for what belongs to a user, a tenant or a login that is in force no longer. */
  find(
    tx: Tx,
    kind: string,
    by: { readonly id: string } | { readonly uid: string },
    now: Date,
  ): Promise<FoundArtifact | undefined>
  /** Uses it up. False when it was used before, or is gone: of two at once one gets true. */
  consume(tx: Tx, kind: string, id: string, now: Date): Promise<boolean>
  delete(tx: Tx, kind: string, id: string): Promise<void>
  saveGrant(tx: Tx, id: string, grant: Omit<Artifact, 'grant' | 'loginId' | 'uid'>): Promise<void>
  /** Says in which tenant the user acts for the client. */
  placeGrant(tx: Tx, id: string, tenantId: string | undefined): Promise<void>
  /** As `find`. */
  findGrant(tx: Tx, id: string, now: Date): Promise<FoundArtifact | undefined>
  /** Deletes a grant and all that rests on it. */
  deleteGrant(tx: Tx, id: string): Promise<void>
  /** Deletes what rests on a grant and is of that kind. */
  deleteOfGrant(tx: Tx, kind: string, grant: string): Promise<void>
  /** Deletes the grant on which this rests. */
  deleteGrantOf(tx: Tx, kind: string, id: string): Promise<void>
  /** What a user has granted and is not over, by the name of the application; also while a tenant is disabled. */
  listGrants(tx: Tx, userId: string, now: Date): Promise<GrantRecord[]>
  /** Deletes all that a user has granted a client, with all that rests on it; resolves to how many grants that were. */
  deleteGrantsOf(tx: Tx, of: { readonly userId: string; readonly clientId: string }): Promise<number>
}

/** What a user has granted a client at one sign-in. */
export interface GrantRecord {
  readonly clientId: string
  /** Of the client. */
  readonly name: string
  readonly trusted: boolean
  readonly tenantId: string | undefined
  readonly scopes: readonly string[]
  readonly grantedAt: Date
  readonly expiresAt: Date
}

interface Row {
  readonly hash: Buffer
  readonly sealed: Buffer
  readonly consumed_at: Date | null
}

/** SQL: whether grant `g` is in force: its user ACTIVE, and the tenant if there is one. */
export const GRANT_IN_FORCE = `exists (select from iam.user u where u.id = g.user_id and u.status = 'ACTIVE')
  and (g.tenant_id is null or exists (select from iam.tenant n where n.id = g.tenant_id and n.status = 'ACTIVE'))`

/** SQL: whether the login `t` is in force at $1. */
const LOGIN_IN_FORCE = `(t.expires_at is null or t.expires_at > $1)
  and exists (select from iam.user u where u.id = t.user_id and u.status = 'ACTIVE')
  and (t.tenant_id is null or exists (select from iam.tenant n where n.id = t.tenant_id and n.status = 'ACTIVE'))`

const FIND = `select a.hash, a.sealed, a.consumed_at from iam.openid_artifact a
  where a.expires_at > $1 and a.kind = $2
    and (a.grant_hash is null or exists (select from iam.client_grant g where g.hash = a.grant_hash and ${GRANT_IN_FORCE}))
    and (a.login_id is null or exists (select from iam.token t where t.id = a.login_id and ${LOGIN_IN_FORCE}))`

/** How content is put away and taken out again. */
interface Box {
  seal(tx: Tx, kind: string, hash: Buffer, content: object): Promise<Buffer>
  open(kind: string, row: Row | undefined): FoundArtifact | undefined
}

const PURPOSE = 'iam/openid-artifact'

/** Where it is kept, for a rotation of the master key. */
export const OPENID_ARTIFACTS: readonly SealedTable[] = [
  {
    table: 'iam.openid_artifact',
    key: { kind: 'text', hash: 'bytea' },
    column: 'sealed',
    purpose: PURPOSE,
    place: ({ kind, hash }) => placeOf(kind, hash),
  },
  {
    table: 'iam.client_grant',
    key: { hash: 'bytea' },
    column: 'sealed',
    purpose: PURPOSE,
    place: ({ hash }) => placeOf('Grant', hash),
  },
]

/** Seals under the master key. */
export function createArtifactStore(masterKey: MasterKey): ArtifactStore {
  const sealing = masterKey.sealing(PURPOSE)
  const box: Box = {
    seal: (tx, kind, hash, content) => sealing.seal(tx, placeOf(kind, hash), Buffer.from(JSON.stringify(content))),
    open(kind, row) {
      const bytes = row && sealing.open(placeOf(kind, row.hash), row.sealed)
      return bytes && { content: JSON.parse(bytes.toString()), consumedAt: row.consumed_at ?? undefined }
    },
  }
  return { ...artifacts(box), ...grants(box) }
}

function artifacts({ seal, open }: Box): Omit<ArtifactStore, keyof ReturnType<typeof grants>> {
  return {
    async save(tx, kind, id, { content, expiresAt, grant, clientId, userId, loginId, uid }) {
      const hash = hashOf(id)
      await tx.query(
        `insert into iam.openid_artifact (kind, hash, grant_hash, client_id, user_id, login_id, uid, sealed, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (kind, hash) do update set user_id = excluded.user_id, login_id = excluded.login_id,
           sealed = excluded.sealed, expires_at = excluded.expires_at`,
        [
          kind,
          hash,
          grant === undefined ? null : hashOf(grant),
          clientId ?? null,
          userId ?? null,
          loginId ?? null,
          uid === undefined ? null : hashOf(uid),
          await seal(tx, kind, hash, content),
          expiresAt,
        ],
      )
    },
    async find(tx, kind, by, now) {
      const [name, text, key] =
        'id' in by
          ? ['iam-artifact', `${FIND} and a.hash = $3`, by.id]
          : ['iam-artifact-by-uid', `${FIND} and a.uid = $3 order by a.expires_at desc limit 1`, by.uid]
      const [row] = await tx.query<Row>({ name, text }, [now, kind, hashOf(key)])
      return open(kind, row)
    },
    async consume(tx, kind, id, now) {
      const rows = await tx.query(
        'update iam.openid_artifact set consumed_at = $3 where kind = $1 and hash = $2 and consumed_at is null returning kind',
        [kind, hashOf(id), now],
      )
      return rows.length === 1
    },
    async delete(tx, kind, id) {
      await tx.query('delete from iam.openid_artifact where kind = $1 and hash = $2', [kind, hashOf(id)])
    },
    async deleteOfGrant(tx, kind, grant) {
      // The library deletes all kinds and the grant at the same time: each waits here for the other, and not crosswise further on.
      await tx.query('select from iam.client_grant where hash = $1 for update', [hashOf(grant)])
      await tx.query('delete from iam.openid_artifact where kind = $1 and grant_hash = $2', [kind, hashOf(grant)])
    },
  }
}

function grants({ seal, open }: Box) {
  return {
    async saveGrant(tx, id, { content, expiresAt, clientId, userId }) {
      const hash = hashOf(id)
      await tx.query(
        `insert into iam.client_grant (hash, client_id, user_id, sealed, expires_at) values ($1, $2, $3, $4, $5)
         on conflict (hash) do update set sealed = excluded.sealed, expires_at = excluded.expires_at`,
        [hash, clientId ?? null, userId ?? null, await seal(tx, 'Grant', hash, content), expiresAt],
      )
    },
    async placeGrant(tx, id, tenantId) {
      await tx.query('update iam.client_grant set tenant_id = $2 where hash = $1', [hashOf(id), tenantId ?? null])
    },
    async findGrant(tx, id, now) {
      const [row] = await tx.query<Row>(
        {
          name: 'iam-client-grant',
          text: `select g.hash, g.sealed, null as consumed_at from iam.client_grant g
                  where g.hash = $1 and g.expires_at > $2 and ${GRANT_IN_FORCE}`,
        },
        [hashOf(id), now],
      )
      return open('Grant', row)
    },
    async deleteGrant(tx, id) {
      await tx.query('delete from iam.client_grant where hash = $1', [hashOf(id)])
    },
    async deleteGrantOf(tx, kind, id) {
      await tx.query(
        'delete from iam.client_grant where hash = (select grant_hash from iam.openid_artifact where kind = $1 and hash = $2)',
        [kind, hashOf(id)],
      )
    },
    async listGrants(tx, userId, now) {
      const rows = await tx.query<Row & GrantRow>(
        `select g.hash, g.sealed, null as consumed_at, g.client_id, c.name, c.trusted, g.tenant_id, g.expires_at
           from iam.client_grant g join iam.client c on c.id = g.client_id
          where g.user_id = $1 and g.expires_at > $2 order by c.name, c.id, g.expires_at`,
        [userId, now],
      )
      return rows.flatMap((row) => {
        const content = open('Grant', row)?.content as { iat: number; openid?: { scope?: string } } | undefined
        return content === undefined ? [] : [toGrantRecord(row, content)]
      })
    },
    async deleteGrantsOf(tx, { userId, clientId }) {
      const rows = await tx.query(
        'delete from iam.client_grant where user_id = $1 and client_id = $2 returning client_id',
        [userId, clientId],
      )
      return rows.length
    },
  } satisfies Partial<ArtifactStore>
}

interface GrantRow {
  readonly client_id: string
  readonly name: string
  readonly trusted: boolean
  readonly tenant_id: string | null
  readonly expires_at: Date
}

function toGrantRecord(row: GrantRow, { iat, openid }: { iat: number; openid?: { scope?: string } }): GrantRecord {
  const { client_id: clientId, name, trusted, tenant_id, expires_at: expiresAt } = row
  const scopes = (openid?.scope ?? '').split(' ').filter((scope) => scope !== '')
  return {
    clientId,
    name,
    trusted,
    tenantId: tenant_id ?? undefined,
    scopes,
    grantedAt: new Date(iat * 1000),
    expiresAt,
  }
}

/** What is stored of an id. Ids have at least 120 random bits, so that a fast hash without salt is enough. */
export function hashOf(id: string): Buffer {
  return createHash('sha256').update(id).digest()
}

function placeOf(kind: string, hash: Buffer): string {
  return `${kind} ${hash.toString('base64url')}`
}

/** Deletes what is over, up to `most` of each; resolves to the larger of the two numbers. */
export async function deleteExpiredArtifacts(tx: Tx, now: Date, most: number): Promise<number> {
  const counts = []
  for (const [table, key] of [
    ['iam.openid_artifact', 'kind, hash'],
    ['iam.client_grant', 'hash'],
  ]) {
    const rows = await tx.query(
      `delete from ${table} where (${key}) in (
         select ${key} from ${table} where expires_at <= $1 order by expires_at limit $2 for update skip locked) returning hash`,
      [now, most],
    )
    counts.push(rows.length)
  }
  return Math.max(...counts)
}
