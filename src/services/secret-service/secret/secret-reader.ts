import { HubError } from '#lib/errors'
import { createGroupCommit } from '#lib/group-commit'
import type { Tx } from '#lib/postgres'
import { can, type Principal } from '#lib/principal'
import { found, type SecretParts } from '../deps.ts'
import { owns } from '../owners.ts'
import { permissions } from '../permissions.ts'
import { type Fields, openFields } from '../vault/vault.ts'
import type { Secret } from './secret.ts'
import { SECRET_COLUMNS, type SecretRow, toSecret, type ValueRow } from './secret-store.ts'

/** Somebody wants the clear value of a secret. */
export interface Reading {
  readonly secretId: string
  readonly reader: Principal
  /** An earlier version that is still good; default the one in force. */
  readonly version?: number | undefined
  /** The run and the step that it is for; of the token of a flow's runs only. */
  readonly runId?: string | undefined
  readonly stepId?: string | undefined
}

/** A secret with its value in clear. */
export interface ClearSecret {
  readonly secret: Secret
  readonly version: number
  readonly value: Fields
}

/** Gives out values in clear, each only once the record of it is committed. */
export interface SecretReader {
  /**
   * Throws `not-found` and `forbidden` for those who may not read it, `conflict` where the value is over and there is no next one, and what
   * publishing throws: then nothing leaves.
   */
  read(reading: Reading): Promise<ClearSecret>
  /** Resolves when all readings so far are settled. */
  settled(): Promise<void>
}

/** Gets the next value of a secret that the hub renews. */
export interface Renewal {
  /** Whether the next value is wanted before this one is given out. */
  isDue(secret: Secret, now: Date): boolean
  /** Resolves when there is another value, whoever got it; throws the reason why there is none. */
  renew(secret: Secret): Promise<void>
}

/** Most readings that share a commit. */
const MOST = 256

/** Creates the reader. Readings that come in while others are being recorded share the next commit. */
export function createSecretReader(
  parts: Pick<SecretParts, 'db' | 'bus' | 'clock' | 'keys'>,
  renewal: Renewal,
): SecretReader {
  const group = createGroupCommit<Attempt, Outcome>({
    most: MOST,
    parallel: 3,
    write: (attempts) => parts.db.transaction('everything', (tx) => recordAll(parts, renewal, tx, attempts)),
  })

  async function read(reading: Reading): Promise<ClearSecret> {
    const outcome = await group.submit({ reading, renewed: undefined })
    if (outcome.kind !== 'due') return clear(parts, outcome)
    const refusal = await renewal.renew(outcome.secret).then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
    const later = await group.submit({ reading, renewed: refusal === undefined })
    // A value that is not over yet is better than none.
    if (refusal && later.kind === 'over') throw refusal.error
    return clear(parts, later)
  }

  return { read, settled: () => group.settled() }
}

interface Attempt {
  readonly reading: Reading
  /** Whether the value was renewed for it; undefined = not tried yet. One that was may be over by the clock: there is none that is better. */
  readonly renewed: boolean | undefined
}

type Outcome =
  | { readonly kind: 'given'; readonly secret: Secret; readonly row: Row }
  | { readonly kind: 'due' | 'over'; readonly secret: Secret }
  | { readonly kind: 'refused'; readonly error: HubError }

type Row = SecretRow & ValueRow & { readonly value_version: number; readonly wrapped: Buffer | null }

const READ = {
  name: 'secrets-read',
  text: `select asked.n, ${SECRET_COLUMNS}, v.version as value_version, v.plain, v.key_version, v.sealed, v.valid_until, k.wrapped
           from unnest($1::uuid[], $2::uuid[], $3::integer[]) with ordinality as asked (id, tenant_id, version, n)
           join secret_service.secret s on s.id = asked.id and (asked.tenant_id is null or s.tenant_id = asked.tenant_id)
           left join secret_service.secret_value v
             on v.secret_id = s.id and v.version = coalesce(asked.version, s.version) and (v.valid_until is null or v.valid_until > $4)
           left join secret_service.data_key k on k.tenant_id = s.tenant_id and k.version = v.key_version`,
}

/** Reads what all of them ask for and records those that get it, in one transaction. */
async function recordAll(
  { bus, clock }: Pick<SecretParts, 'bus' | 'clock'>,
  renewal: Renewal,
  tx: Tx,
  attempts: readonly Attempt[],
): Promise<Outcome[]> {
  const now = clock()
  const readings = attempts.map(({ reading }) => reading)
  const rows = await tx.query<Row & { n: number }>(READ, [
    readings.map(({ secretId }) => secretId),
    // The transaction sees all tenants, as the readings are of many: whose secret it is stands in the statement.
    readings.map(({ reader }) => tenantSeenBy(reader)),
    readings.map(({ version }) => version ?? null),
    now,
  ])
  const byNumber = new Map(rows.map((row) => [row.n, row]))
  const outcomes = attempts.map((attempt, index) => outcomeOf(attempt, byNumber.get(index + 1), renewal, now))
  const records = outcomes.flatMap((outcome, index) => {
    const reading = readings[index]
    return outcome.kind === 'given' && reading ? [recordOf(reading, outcome.row)] : []
  })
  if (records.length > 0) await bus.publishAll(tx, records)
  return outcomes
}

/** Owners only, and they are of the tenant: not even who sees everything reads what is not theirs. No tenant, no secret. */
function tenantSeenBy({ tenant }: Principal): string {
  return tenant ?? '00000000-0000-0000-0000-000000000000'
}

function outcomeOf({ reading, renewed }: Attempt, row: Row | undefined, renewal: Renewal, now: Date): Outcome {
  try {
    const secret = toSecret(found(row, 'secret'))
    demandReader(reading, secret)
    if (reading.version === undefined && renewed === undefined && renewal.isDue(secret, now))
      return { kind: 'due', secret }
    if (wasNeverObtained(secret) || (!renewed && isOver(secret, row?.value_version, now)))
      return { kind: 'over', secret }
    return { kind: 'given', secret, row: demandValue(row, reading) }
  } catch (error) {
    if (error instanceof HubError) return { kind: 'refused', error }
    throw error
  }
}

/** The runs of a flow read what the flow names, in the name of an owner; people need the permission. */
function demandReader({ reader }: Reading, secret: Secret): void {
  const { flowId, secretIds } = reader
  if (!owns(reader, secret))
    throw new HubError('forbidden', 'Cannot read the secret as the caller must be an owner of it')
  if (flowId !== undefined) {
    if (secretIds?.has(secret.id)) return
    throw new HubError('forbidden', 'Cannot read the secret as the flow must name it in one of its steps')
  }
  if (can(reader, permissions.readRaw)) return
  const { name } = permissions.readRaw
  throw new HubError('forbidden', `Cannot read the secret in clear as the permission "${name}" is required`)
}

function isOver({ version, expiresAt }: Secret, asked: number | null | undefined, now: Date): boolean {
  return asked === version && expiresAt !== undefined && expiresAt <= now
}

function wasNeverObtained({ renews, refreshedAt }: Secret): boolean {
  return renews && refreshedAt === undefined
}

function demandValue(row: Row | undefined, { version }: Reading): Row {
  if (row && row.value_version !== null) return row
  throw new HubError('not-found', `No version ${version} of the secret found that is good`, {
    faults: [{ field: 'version', message: 'There is no such version, or its time is over' }],
  })
}

function recordOf({ reader, runId, stepId }: Reading, { id, type, tenant_id: tenant }: Row) {
  const { flowId } = reader
  return {
    name: 'secret-service.token.get' as const,
    payload: {
      ...{ user: reader.id, tenant, id, type },
      ...(flowId === undefined ? {} : { flowId, ...(runId && { runId }), ...(stepId && { stepId }) }),
    },
  }
}

function clear({ keys }: Pick<SecretParts, 'keys'>, outcome: Outcome): ClearSecret {
  if (outcome.kind === 'refused') throw outcome.error
  if (outcome.kind !== 'given') throw overError(outcome.secret)
  const { secret, row } = outcome
  return { secret, version: row.value_version, value: { ...row.plain, ...opened(keys, secret, row) } }
}

function opened(keys: SecretParts['keys'], { id, tenantId }: Secret, row: Row): Fields {
  const { value_version: version, key_version, sealed, wrapped } = row
  if (Object.keys(sealed).length === 0) return {}
  if (wrapped === null) throw new Error(`Cannot open secret "${id}" as the key of its tenant must be there`)
  const key = keys.unwrap({ tenantId, version: key_version, wrapped })
  return openFields(key, { kind: 'secret', tenantId, id, version }, sealed)
}

function overError({ expiresAt, currentError, renews }: Secret): HubError {
  const reason = currentError === undefined ? '' : `: ${currentError.message}`
  const wayOut = renews ? `there must be a next value${reason}` : 'it must be replaced'
  const state = expiresAt === undefined ? 'it has no value yet' : `it was over at ${expiresAt.toISOString()}`
  const text = `Cannot read the secret as ${state} and ${wayOut}`
  const mayPass = renews && currentError?.isFinal !== true
  return mayPass ? new HubError('unavailable', text, { retryAfter: 2 }) : new HubError('conflict', text)
}
