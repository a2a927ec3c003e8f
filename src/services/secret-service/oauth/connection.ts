import { HubError } from '#lib/errors'
import { newId } from '#lib/id'
import type { Tx } from '#lib/postgres'
import type { AuthClient } from '../auth-client/auth-client.ts'
import { findAuthClientById } from '../auth-client/auth-client-store.ts'
import { openAuthClient } from '../auth-client/auth-client-vault.ts'
import { eventFields, type SecretParts } from '../deps.ts'
import { firstOwners } from '../owners.ts'
import { type Secret, splitValue, withValue } from '../secret/secret.ts'
import { deleteValues, findValues } from '../secret/secret-store.ts'
import { lockSecretByExternalId, writeNextValue, writeSecret } from '../secret/secret-writer.ts'
import { warnMs } from '../secret/warning.ts'
import type { Fields } from '../vault/vault.ts'
import { type AuthFlow, endAuthFlow, findAuthFlow, hashOfState, releaseAuthFlow, takeAuthFlow } from './auth-flow.ts'
import { type Identity, identityOf } from './identity.ts'
import type { ProviderCalls, Tokens } from './provider-calls.ts'
import { ProviderFailure } from './provider-failure.ts'
import { endOfTokens } from './token-end.ts'
import { tokenOriginOf } from './token-origin.ts'

type Parts = Pick<SecretParts, 'db' | 'bus' | 'clock' | 'vault' | 'config'> & { readonly calls: ProviderCalls }

/** A callback of a provider. */
export interface Callback {
  /** As it came. */
  readonly query: URLSearchParams
  /** Throws where whoever brings it is not who began the authorization. */
  readonly demandSame: (flow: AuthFlow) => void
}

/** What has come of an authorization. */
export interface Connected {
  readonly secretId: string
  readonly successUrl: string | undefined
  readonly payload: Readonly<Record<string, unknown>> | undefined
}

/**
 * Ends an authorization: takes it, so that a second callback does not use the code too, gets the tokens, outside of any transaction, and stores them as a secret of the user who began it. The state is used up
 * in the transaction that stores them, and when the provider has refused for good. Throws `bad-request` where nothing like it is under way,
 * `conflict` with the reason where the provider gives nothing, or another callback with the state is under way.
 */
export async function connect(parts: Parts, { query, demandSame }: Callback): Promise<Connected> {
  const { db } = parts
  const state = query.get('state') ?? ''
  const { flow, client, fields } = await db.transaction('everything', async (tx) => {
    const flow = await findAuthFlow(parts, tx, hashOfState(state), parts.clock())
    if (flow === undefined) throw noFlow()
    demandSame(flow)
    if (!(await takeAuthFlow(tx, flow.stateHash, parts.clock())))
      throw new HubError('conflict', 'Cannot connect as another callback of this authorization is under way')
    const stored = await findAuthClientById(tx, flow.authClientId)
    if (stored === undefined) throw noFlow()
    // The code, and the proof that goes with it, are for the server that the user was sent to.
    if (stored.version !== flow.memory.clientVersion)
      throw new HubError('conflict', 'Cannot connect as the auth client has been changed meanwhile: begin anew')
    return { flow, client: stored, fields: await openAuthClient(parts, tx, stored) }
  })
  try {
    const { verifier, nonce, redirectUri } = flow.memory
    const tokens = await parts.calls.exchange(fields, { query, state, redirectUri, verifier, nonce })
    const identity = await identityOf(parts.calls, fields, tokens)
    return await db.transaction({ tenant: flow.tenantId }, (tx) =>
      store(parts, tx, flow, { client, fields, tokens, identity }),
    )
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    await db.transaction({ tenant: flow.tenantId }, async (tx) => {
      if (error.isFinal) await endAuthFlow(tx, flow.stateHash)
      else await releaseAuthFlow(tx, flow.stateHash)
    })
    const advice = error.isFinal ? 'begin anew' : 'try again'
    throw new HubError('conflict', `Cannot connect: ${error.message}; ${advice}`, { cause: error })
  }
}

function noFlow(): HubError {
  const message = 'Parameter "state" must be that of an authorization under way: begin anew'
  return new HubError('bad-request', message, { faults: [{ field: 'state', message }] })
}

interface Obtained {
  readonly client: AuthClient
  readonly fields: Fields
  readonly tokens: Tokens
  readonly identity: Identity
}

async function store(parts: Parts, tx: Tx, flow: AuthFlow, obtained: Obtained): Promise<Connected> {
  // Another callback with the same state may have been first.
  if (!(await endAuthFlow(tx, flow.stateHash))) throw noFlow()
  const { successUrl, payload } = flow.memory
  const { tenantId, authClientId } = flow
  const { key } = obtained.identity
  const known = await lockSecretByExternalId(tx, { tenantId, authClientId, externalId: key })
  const secretId =
    known === undefined
      ? await create(parts, tx, flow, obtained, key)
      : ownsAsUser(known, flow) || obtained.tokens.refreshToken !== undefined || !known.renews
        ? await reconnect(parts, tx, flow, known, obtained)
        : // The refresh token that is there is somebody else's: it is not given to a newcomer who brings none.
          await create(parts, tx, flow, obtained, undefined)
  return { secretId, successUrl, payload }
}

function ownsAsUser({ owners }: Secret, { userId }: AuthFlow): boolean {
  return owners.some(({ id, type }) => type === 'USER' && id === userId)
}

async function create(
  parts: Parts,
  tx: Tx,
  flow: AuthFlow,
  { client, fields, tokens, identity }: Obtained,
  externalId: string | undefined,
): Promise<string> {
  const now = parts.clock()
  const { tenantId, userId, authClientId, memory } = flow
  const type = 'OA2_AUTHORIZATION_CODE' as const
  const value = splitValue(type, obtainedValue(flow, tokens, identity))
  const base: Secret = {
    ...{
      id: newId(),
      tenantId,
      type,
      name: memory.secretName ?? client.name,
      version: 1,
      createdAt: now,
      updatedAt: now,
    },
    ...{ owners: firstOwners(userId, tenantId), authClientId, externalId, tokenOrigin: tokenOriginOf(fields) },
    ...{ allowedHosts: [], renews: false },
    ...{ domain: undefined, expiresAt: undefined, warnAt: undefined, currentError: undefined },
    ...{ nextRefreshAt: undefined, refreshedAt: undefined },
  }
  const secret = withValue(base, value, endOfTokens(fields, tokens, now), { now, warnMs: warnMs(parts.config) })
  await writeSecret(parts, tx, secret, value)
  const { name, owners } = secret
  const payload = { ...eventFields(secret, { id: userId }), name, type, owners, tenantId, authClientId }
  await parts.bus.publish(tx, { name: 'secret-service.secret.created', payload })
  return secret.id
}

/** The same account at the provider, connected again: the secret gets the new tokens, and who has shown to hold the account owns it too. */
async function reconnect(
  parts: Parts,
  tx: Tx,
  flow: AuthFlow,
  known: Secret,
  { fields, tokens, identity }: Obtained,
): Promise<string> {
  const now = parts.clock()
  const by = { id: flow.userId }
  const isNew = !ownsAsUser(known, flow)
  const tokenOrigin = tokenOriginOf(fields)
  const owners = isNew ? [...known.owners, { id: flow.userId, type: 'USER' as const }] : known.owners
  const given = obtainedValue(flow, tokens, identity)
  const keeps = !isNew && known.tokenOrigin === tokenOrigin
  const refreshToken = given.refreshToken ?? (keeps ? await refreshTokenOf(parts, tx, known) : undefined)
  const value = splitValue(known.type, { ...given, ...(refreshToken !== undefined && { refreshToken }) })
  const end = endOfTokens(fields, tokens, now)
  const secret = withValue({ ...known, owners, tokenOrigin }, value, end, { now, warnMs: warnMs(parts.config) })
  // Nor does a newcomer read what was there before.
  if (isNew) await deleteValues(tx, known.id)
  await writeNextValue(parts, tx, secret, value)
  await parts.bus.publish(tx, {
    name: 'secret-service.secret.modified',
    payload: { ...eventFields(secret, by), type: secret.type, changed: ['value'] },
  })
  if (isNew) {
    const payload = { ...eventFields(secret, by), ownerId: flow.userId, ownerType: 'USER' as const }
    await parts.bus.publish(tx, { name: 'secret-service.secret.ownerAdded', payload })
  }
  return secret.id
}

/** Some providers give a refresh token with the first consent alone. */
async function refreshTokenOf({ vault, clock }: Parts, tx: Tx, { id, tenantId }: Secret): Promise<unknown> {
  const [value] = await findValues(tx, id, clock())
  if (value === undefined) return undefined
  return (await vault.open(tx, { kind: 'secret', tenantId, id, version: value.version }, value)).refreshToken
}

function obtainedValue(
  { authClientId, memory }: AuthFlow,
  { accessToken, refreshToken, scope }: Tokens,
  { externalId }: Identity,
): Fields {
  const granted = scope ?? memory.scope
  return {
    ...{ authClientId, accessToken, externalId },
    ...(refreshToken !== undefined && { refreshToken }),
    ...(granted !== '' && { scope: granted }),
  }
}
