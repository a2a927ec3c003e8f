import type { Adapter, AdapterFactory, AdapterPayload, errors as ProviderErrors } from 'oidc-provider'
import { asSystem } from '../as-system.ts'
import type { IamParts } from '../deps.ts'
import { tokenHash } from '../token/token-text.ts'
import { isReferenceGone } from '../violation.ts'
import type { Artifact, ArtifactStore, FoundArtifact } from './artifact-store.ts'
import { keepsSecret } from './client.ts'
import { type ClientWithSecret, findClientWithSecret } from './client-store.ts'

type Parts = Pick<IamParts, 'db' | 'clock'>

/**
 * Through which the library keeps what it issues. `errors` are the library's own, which it answers with. What rests on something that is
 * gone meanwhile is an invalid grant.
 */
export function createAdapterFactory(
  parts: Parts,
  store: ArtifactStore,
  errors: Pick<typeof ProviderErrors, 'InvalidGrant'>,
): AdapterFactory {
  return (kind) => {
    if (kind === 'Client') return clientAdapter(parts)
    return kind === 'Grant' ? grantAdapter(parts, store, errors) : artifactAdapter(kind, parts, store, errors)
  }
}

function clientAdapter({ db, clock }: Parts): Adapter {
  return {
    ...nothing,
    async find(id) {
      if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return undefined
      const found = await asSystem(db, (tx) => findClientWithSecret(tx, id, clock()))
      return found && metadataOf(found)
    },
  }
}

/** A client in the words of the protocol. In place of the secret stands its hash: see `fitsSecret`. */
function metadataOf({ client, secretHash, formerSecretHash }: ClientWithSecret): AdapterPayload {
  const isService = client.type === 'service'
  return {
    client_id: client.id,
    client_name: client.name,
    application_type: client.type === 'native' ? 'native' : 'web',
    redirect_uris: [...client.redirectUris],
    post_logout_redirect_uris: [...client.postLogoutRedirectUris],
    response_types: isService ? [] : ['code'],
    grant_types: isService ? ['client_credentials'] : ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: keepsSecret(client.type) ? 'client_secret_basic' : 'none',
    ...(secretHash && { client_secret: secretHash.toString('base64url') }),
    ...(formerSecretHash && { former_secret: formerSecretHash.toString('base64url') }),
    is_trusted: client.trusted,
  }
}

/** The text to be compared with what stands in place of a client's secret. */
export function comparableSecret(secret: string): string {
  return tokenHash(secret).toString('base64url')
}

function grantAdapter(
  { db, clock }: Parts,
  store: ArtifactStore,
  errors: Pick<typeof ProviderErrors, 'InvalidGrant'>,
): Adapter {
  return {
    ...nothing,
    async upsert(id, payload, seconds) {
      const { clientId, accountId: userId } = payload
      const grant = { content: contentOf(payload), expiresAt: expiryOf(payload, seconds, clock()), clientId, userId }
      await asSystem(db, (tx) => store.saveGrant(tx, id, grant)).catch(refuse(errors))
    },
    find: async (id) => payloadOf(id, await asSystem(db, (tx) => store.findGrant(tx, id, clock()))),
    destroy: (id) => asSystem(db, (tx) => store.deleteGrant(tx, id)),
  }
}

function artifactAdapter(
  kind: string,
  { db, clock }: Parts,
  store: ArtifactStore,
  errors: Pick<typeof ProviderErrors, 'InvalidGrant'>,
): Adapter {
  return {
    ...nothing,
    async upsert(id, payload, seconds) {
      const artifact = artifactOf(kind, payload, expiryOf(payload, seconds, clock()))
      await asSystem(db, (tx) => store.save(tx, kind, id, artifact)).catch((error: unknown) => {
        // A session whose login has ended meanwhile is none: it is not found, and the user signs in again.
        if (kind !== 'Session' || !isReferenceGone(error)) return refuse(errors)(error)
      })
    },
    find: async (id) => payloadOf(id, await asSystem(db, (tx) => store.find(tx, kind, { id }, clock()))),
    findByUid: async (uid) => payloadOf(undefined, await asSystem(db, (tx) => store.find(tx, kind, { uid }, clock()))),
    async consume(id) {
      const isFirst = await asSystem(db, async (tx) => {
        if (await store.consume(tx, kind, id, clock())) return true
        // Two at once: one of them has stolen it, and nobody can tell which.
        await store.deleteGrantOf(tx, kind, id)
        return false
      })
      if (!isFirst) throw new errors.InvalidGrant('already used')
    },
    destroy: (id) => asSystem(db, (tx) => store.delete(tx, kind, id)),
    revokeByGrantId: (grant) => asSystem(db, (tx) => store.deleteOfGrant(tx, kind, grant)),
  }
}

/** What rests on a grant refers to nothing else: whoever deletes a user or client and whoever issues would lock them crosswise. */
function artifactOf(kind: string, payload: AdapterPayload, expiresAt: Date): Artifact {
  const { grantId: grant, clientId, accountId: userId, uid, amr } = payload
  const base = { content: contentOf(payload), expiresAt }
  if (grant !== undefined && kind !== 'Interaction') return { ...base, grant }
  if (kind !== 'Session') return { ...base, clientId }
  return { ...base, userId, uid, loginId: userId === undefined ? undefined : loginOf(amr) }
}

/**
 * The login of the hub on which a session or a code rests. The library carries it from the sign-in to the session and on as the one
 * "method of authentication"; it is told to nobody.
 */
export function loginOf(amr: readonly string[] | undefined): string | undefined {
  return amr?.[0]
}

/** The id is not kept, but for a session, which can be found by its second name. */
function contentOf({ jti, ...payload }: AdapterPayload): object {
  return payload.kind === 'Session' ? { ...payload, jti } : payload
}

function payloadOf(id: string | undefined, found: FoundArtifact | undefined): AdapterPayload | undefined {
  if (found === undefined) return undefined
  const { content, consumedAt } = found
  return {
    ...content,
    ...(id === undefined ? {} : { jti: id }),
    ...(consumedAt === undefined ? {} : { consumed: Math.floor(consumedAt.getTime() / 1000) }),
  }
}

function expiryOf({ exp }: AdapterPayload, seconds: number | undefined, now: Date): Date {
  return exp === undefined ? new Date(now.getTime() + (seconds ?? 0) * 1000) : new Date(exp * 1000)
}

function refuse({ InvalidGrant }: Pick<typeof ProviderErrors, 'InvalidGrant'>): (error: unknown) => never {
  return (error) => {
    if (isReferenceGone(error)) throw new InvalidGrant('what it rests on is gone')
    throw error
  }
}

/** What the features that are on never ask for. */
const nothing: Adapter = {
  upsert: async () => undefined,
  find: async () => undefined,
  findByUserCode: async () => undefined,
  findByUid: async () => undefined,
  consume: async () => undefined,
  destroy: async () => undefined,
  revokeByGrantId: async () => undefined,
}
