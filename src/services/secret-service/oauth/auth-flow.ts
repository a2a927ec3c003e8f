import { createHash, randomBytes } from 'node:crypto'
import type { Tx } from '#lib/postgres'
import type { SecretParts } from '../deps.ts'
import type { Place } from '../vault/vault.ts'

/** How long a user may take at the provider. */
export const FLOW_MS = 10 * 60_000

/** So long a callback may be dealt with before another one may try: longer than the calls of a provider take. */
const TAKEN_MS = 30_000

/** A user has no more under way; then the oldest is over. */
const MOST_FLOWS = 20

/** An authorization under way: from the redirect to the provider until its callback. */
export interface AuthFlow {
  readonly stateHash: Buffer
  readonly tenantId: string
  readonly userId: string
  /** Of the browser that began it. */
  readonly sessionHash: Buffer
  readonly authClientId: string
  readonly expiresAt: Date
  readonly memory: FlowMemory
}

/** What is needed when the user comes back; sealed. */
export interface FlowMemory {
  readonly verifier: string
  readonly nonce?: string
  readonly redirectUri: string
  /** Of the auth client: what users consented to was asked for by this one. */
  readonly clientVersion: number
  readonly scope: string
  readonly secretName?: string
  readonly successUrl?: string
  /** Of the caller, who gets it back. */
  readonly payload?: Readonly<Record<string, unknown>>
}

/** 256 bits, which nobody guesses; kept by their hash alone. */
export function newState(): { state: string; stateHash: Buffer } {
  const state = randomBytes(32).toString('base64url')
  return { state, stateHash: hashOfState(state) }
}

/** By what a state is found. */
export function hashOfState(state: string): Buffer {
  return createHash('sha256').update(state).digest()
}

/** Stores an authorization that begins; the user's oldest may make room for it. */
export async function insertAuthFlow({ vault }: Pick<SecretParts, 'vault'>, tx: Tx, flow: AuthFlow): Promise<void> {
  const { stateHash, tenantId, userId, sessionHash, authClientId, expiresAt, memory } = flow
  const { keyVersion, sealed } = await vault.seal(tx, placeOf(flow), { memory })
  await tx.query(
    `insert into secret_service.auth_flow (state_hash, tenant_id, user_id, session_hash, auth_client_id, key_version, sealed, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [stateHash, tenantId, userId, sessionHash, authClientId, keyVersion, JSON.stringify(sealed), expiresAt],
  )
  await tx.query(
    `delete from secret_service.auth_flow where state_hash in (
       select state_hash from secret_service.auth_flow where user_id = $1 order by expires_at desc, state_hash offset $2)`,
    [userId, MOST_FLOWS],
  )
}

/** The authorization of a state that is not over at a moment. */
export async function findAuthFlow(
  { vault }: Pick<SecretParts, 'vault'>,
  tx: Tx,
  stateHash: Buffer,
  now: Date,
): Promise<AuthFlow | undefined> {
  const [row] = await tx.query<AuthFlowRow>(
    `select state_hash, tenant_id, user_id, session_hash, auth_client_id, key_version, sealed, expires_at
       from secret_service.auth_flow where state_hash = $1 and expires_at > $2`,
    [stateHash, now],
  )
  if (row === undefined) return undefined
  const place = placeOf({ stateHash, tenantId: row.tenant_id })
  const { memory } = await vault.open(tx, place, { keyVersion: row.key_version, sealed: row.sealed })
  return {
    stateHash,
    tenantId: row.tenant_id,
    userId: row.user_id,
    sessionHash: row.session_hash,
    authClientId: row.auth_client_id,
    expiresAt: row.expires_at,
    memory: memory as FlowMemory,
  }
}

/** Takes an authorization for one callback, until it is released or 30 s are over; false where another one has it. */
export async function takeAuthFlow(tx: Tx, stateHash: Buffer, now: Date): Promise<boolean> {
  const taken = await tx.query(
    `update secret_service.auth_flow set taken_at = $2
      where state_hash = $1 and (taken_at is null or taken_at <= $3) returning 1`,
    [stateHash, now, new Date(now.getTime() - TAKEN_MS)],
  )
  return taken.length > 0
}

/** The same address may be opened again at once. */
export async function releaseAuthFlow(tx: Tx, stateHash: Buffer): Promise<void> {
  await tx.query('update secret_service.auth_flow set taken_at = null where state_hash = $1', [stateHash])
}

/** Ends an authorization; false where it has ended already: each is good once. */
export async function endAuthFlow(tx: Tx, stateHash: Buffer): Promise<boolean> {
  const ended = await tx.query('delete from secret_service.auth_flow where state_hash = $1 returning 1', [stateHash])
  return ended.length > 0
}

/** Removes authorizations that are over, up to `most`; resolves to their number. */
export async function deleteOldFlows(tx: Tx, now: Date, most: number): Promise<number> {
  const rows = await tx.query(
    `delete from secret_service.auth_flow where state_hash in (
       select state_hash from secret_service.auth_flow where expires_at <= $1 limit $2 for update skip locked) returning 1`,
    [now, most],
  )
  return rows.length
}

/** Ends what a tenant, or a user, has under way; of a user in one tenant, where it is named. */
export async function deleteFlowsOf(
  tx: Tx,
  { tenantId, userId }: { readonly tenantId?: string | undefined; readonly userId?: string | undefined },
): Promise<void> {
  await tx.query(
    `delete from secret_service.auth_flow where ($1::uuid is null or tenant_id = $1) and ($2::uuid is null or user_id = $2)`,
    [tenantId ?? null, userId ?? null],
  )
}

interface AuthFlowRow {
  readonly tenant_id: string
  readonly user_id: string
  readonly session_hash: Buffer
  readonly auth_client_id: string
  readonly key_version: number
  readonly sealed: Readonly<Record<string, string>>
  readonly expires_at: Date
}

function placeOf({ stateHash, tenantId }: Pick<AuthFlow, 'stateHash' | 'tenantId'>): Place {
  return { kind: 'auth-flow', tenantId, id: stateHash.toString('hex'), version: 1 }
}
