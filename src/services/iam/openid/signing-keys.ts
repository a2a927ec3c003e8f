import { generateKeyPair, type JsonWebKey } from 'node:crypto'
import { promisify } from 'node:util'
import { newId } from '#lib/id'
import type { SealedTable } from '#lib/master-key/sealed-table'
import type { Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import { asSystem } from '../as-system.ts'
import { actor, type IamParts } from '../deps.ts'
import { ID_TOKEN_SECONDS } from './lifetimes.ts'

/** After which the provider signs with a new key. */
const ROTATE_AFTER_MS = 30 * 86_400_000
/** A process that has just read the keys may sign with the former one for as long as a request takes: a minute, and clocks differ. */
const SLACK_MS = 600_000
/** Any number, the same for all processes: one makes the key, the others wait and find it. ("OIHs" in ASCII.) */
const LOCK = 0x4f494873

/** The public half of a key, as it is published. */
export interface PublicKey extends JsonWebKey {
  readonly kid: string
  readonly alg: 'RS256'
  readonly use: 'sig'
}

/** The keys by which the provider signs, the one in use first. */
export interface SigningKeys {
  /** Those that are published; makes the first one, or a new one when the last is old. */
  published(): Promise<PublicKey[]>
  /** The same with their private halves. */
  all(): Promise<PublicKey[]>
  /** Makes a key that signs from now on. With a `tx` as part of another transaction. */
  rotate(tx: Tx, by: Pick<Principal, 'id' | 'tenant'> | undefined): Promise<{ id: string; createdAt: Date }>
}

interface KeyRow {
  readonly id: string
  readonly jwk: PublicKey
  readonly created_at: Date
  readonly expires_at: Date | null
}

type Parts = Pick<IamParts, 'db' | 'bus' | 'clock' | 'masterKey'>

/** Where they are, for a rotation of the master key. */
export const SIGNING_KEYS: SealedTable = {
  table: 'iam.signing_key',
  key: { id: 'uuid' },
  column: 'sealed',
  purpose: 'iam/signing-key',
  place: ({ id }) => id,
}

/** Every process reads the same keys from the database at each use, so that none signs with what another does not publish. */
export function createSigningKeys({ db, bus, clock, masterKey }: Parts): SigningKeys {
  const sealing = masterKey.sealing(SIGNING_KEYS.purpose)

  const read = (tx: Tx) =>
    tx.query<KeyRow>(
      {
        name: 'iam-signing-keys',
        text: `select id, jwk, created_at, expires_at from iam.signing_key
                where expires_at is null or expires_at > $1 order by expires_at desc nulls first`,
      },
      [clock()],
    )

  /** A key that is there and young enough, or the rows after a new one was made. */
  async function current(): Promise<KeyRow[]> {
    const rows = await asSystem(db, read)
    if (isFresh(rows)) return rows
    return asSystem(db, async (tx) => {
      await lock(tx)
      if (!isFresh(await read(tx))) await rotate(tx, undefined)
      return read(tx)
    })
  }

  function isFresh([newest]: KeyRow[]): boolean {
    return newest?.expires_at === null && clock().getTime() - newest.created_at.getTime() < ROTATE_AFTER_MS
  }

  async function rotate(tx: Tx, by: Pick<Principal, 'id' | 'tenant'> | undefined) {
    await lock(tx)
    const [id, createdAt] = [newId(), clock()]
    const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: id, alg: 'RS256', use: 'sig' }
    const secret = Buffer.from(JSON.stringify(privateKey.export({ format: 'jwk' })))
    const until = new Date(createdAt.getTime() + ID_TOKEN_SECONDS * 1000 + SLACK_MS)
    await tx.query('update iam.signing_key set expires_at = $1 where expires_at is null', [until])
    await tx.query('insert into iam.signing_key (id, jwk, sealed, created_at) values ($1, $2, $3, $4)', [
      id,
      JSON.stringify(jwk),
      await sealing.seal(tx, id, secret),
      createdAt,
    ])
    await bus.publish(tx, { name: 'iam.signingKey.created', payload: { ...(by && actor(by)), id } })
    return { id, createdAt }
  }

  return {
    rotate,
    published: async () => (await current()).map(({ jwk }) => jwk),
    async all() {
      const keys = await current()
      const rows = await asSystem(db, (tx) =>
        tx.query<{ id: string; sealed: Buffer }>('select id, sealed from iam.signing_key where id = any ($1::uuid[])', [
          keys.map(({ id }) => id),
        ]),
      )
      const sealed = new Map(rows.map((row) => [row.id, row.sealed]))
      // One that was deleted since is over.
      return keys.flatMap(({ id, jwk }) => {
        const bytes = sealed.get(id)
        return bytes === undefined ? [] : [{ ...jwk, ...open(id, bytes) }]
      })
    },
  }

  function open(id: string, bytes: Buffer): JsonWebKey {
    const text = sealing.open(id, bytes)
    if (text === undefined)
      throw new Error(`Cannot use the signing key "${id}" as it must be sealed by this master key`)
    return JSON.parse(text.toString()) as JsonWebKey
  }
}

async function lock(tx: Tx): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [LOCK])
}

/** Deletes the keys whose time is over, up to `most`; resolves to their number. */
export async function deleteOldKeys(
  { bus, clock }: Pick<IamParts, 'bus' | 'clock'>,
  tx: Tx,
  most: number,
): Promise<number> {
  const rows = await tx.query<{ id: string }>(
    `delete from iam.signing_key where id in (
       select id from iam.signing_key where expires_at <= $1 order by expires_at limit $2 for update skip locked) returning id`,
    [clock(), most],
  )
  await bus.publishAll(
    tx,
    rows.map(({ id }) => ({ name: 'iam.signingKey.deleted' as const, payload: { id } })),
  )
  return rows.length
}
