import { fieldError, HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import type { Tx } from '#lib/postgres'
import { can, type Principal } from '#lib/principal'
import { scopeOf } from '#lib/scope'
import { demandAuthClient } from '../auth-client/auth-client-store.ts'
import { eventFields, found, type SecretParts } from '../deps.ts'
import { withTokenOrigin } from '../oauth/token-origin.ts'
import { demandPersonalOwner } from '../owners.ts'
import { permissions } from '../permissions.ts'
import {
  endOf,
  mergedValue,
  type Secret,
  type SecretInput,
  splitValue,
  warningOf,
  withSameToken,
  withValue,
} from '../secret/secret.ts'
import { SecretAnswer, SecretChangeSchema, SecretParams, writtenDocument } from '../secret/secret-document.ts'
import { endFormerValues, findSecretById, findValues, updateSecret } from '../secret/secret-store.ts'
import { type SecretType, secretTypeOf } from '../secret/secret-type.ts'
import { writeNextValue } from '../secret/secret-writer.ts'
import { warnMs } from '../secret/warning.ts'
import type { Fields } from '../vault/vault.ts'

interface Change extends SecretInput {
  readonly keepPreviousFor?: number
}

/** `PATCH /secrets/:id` */
export const patchSecret = (parts: SecretParts) =>
  route({
    method: 'PATCH',
    path: '/api/v1/secrets/:id',
    summary: 'Change a secret',
    description:
      'Another value is another version; the former one stays good for as long as `keepPreviousFor` says, which by itself ends former ones earlier. The end of the former value is not ' +
      'that of the new one: give it anew, but where the access token stays. Who adds a host says where the value goes, and must be allowed to see it, or bring another one. ' +
      'What was obtained through another auth client does not stay. Owners and type are not changed here.',
    permission: 'signed-in',
    params: SecretParams,
    body: SecretChangeSchema,
    wrappable: true,
    response: { 200: SecretAnswer },
    errors: ['not-found', 'conflict'],
    async handle({ params, body, principal }) {
      const data = await parts.db.transaction(scopeOf(principal), async (tx) => {
        const before = found(await findSecretById(tx, params.id, true), 'secret')
        demandPersonalOwner(principal, before, 'secret')
        const { after, changed, shown } = await applyChange(parts, tx, before, { change: body, principal })
        if (changed.length > 0) {
          const told = changed.includes('name') ? { before: { name: before.name }, after: { name: after.name } } : {}
          const payload = { ...eventFields(after, principal), type: after.type, changed, ...told }
          await parts.bus.publish(tx, { name: 'secret-service.secret.modified', payload })
        }
        return writtenDocument(after, shown)
      })
      return { status: 200, body: { data } }
    },
  })

interface Changed {
  readonly after: Secret
  /** The names of the fields that differ; a value counts as another one whenever it is given. */
  readonly changed: string[]
  readonly shown: { readonly plain: Fields; readonly sealed: readonly string[] }
}

async function applyChange(
  parts: SecretParts,
  tx: Tx,
  before: Secret,
  { change, principal }: { readonly change: Change; readonly principal: Principal },
): Promise<Changed> {
  const now = parts.clock()
  const described = describe(before, change, now, warnMs(parts.config))
  const changed = namesOf(before, described, change)
  const values = await findValues(tx, before.id, now)
  const [stored] = values
  demandHosts(before, described, { change, principal, sealed: Object.keys(stored?.sealed ?? {}) })
  if (change.value === undefined || stored === undefined) {
    const { keepPreviousFor } = change
    if (keepPreviousFor !== undefined && (await endFormerValues(tx, before.id, secondsAfter(now, keepPreviousFor))))
      changed.push('keepPreviousFor')
    if (changed.length > 0) await updateSecret(tx, described)
    return {
      after: described,
      changed,
      shown: { plain: stored?.plain ?? {}, sealed: Object.keys(stored?.sealed ?? {}) },
    }
  }
  const { id, tenantId, type } = before
  const old = await parts.vault.open(tx, { kind: 'secret', tenantId, id, version: stored.version }, stored)
  // What one provider gave must not be sent to another.
  const isElsewhere = isOfOtherClient(before, change.value)
  if (isElsewhere) demandWhole(type, { ...stored.plain, ...change.value })
  const kept = { ...stored.plain, ...(isElsewhere ? {} : old) }
  const split = splitValue(type, mergedValue(type, kept, change.value))
  const end = endOf(type, { expiresAt: change.expiresAt ?? null, value: change.value })
  const stated = withValue(described, split, end, { now, warnMs: warnMs(parts.config) })
  const keepsToken = split.secret.accessToken !== undefined && change.value.accessToken === undefined
  const dated = keepsToken && stated.renews ? withSameToken(stated, before) : stated
  const valued = await withTokenOrigin(parts, tx, dated, change.value)
  demandStatedEnd(valued, change)
  // Whoever shares a secret need not share the client that it came by.
  if (valued.authClientId !== before.authClientId) await demandAuthClient(tx, principal, valued)
  const keepFor = change.keepPreviousFor ?? 0
  if (keepFor > 0) demandRoom(values.length)
  const keepUntil = keepFor === 0 ? undefined : secondsAfter(now, keepFor)
  const after = await writeNextValue(parts, tx, valued, split, keepUntil)
  return { after, changed, shown: { plain: split.plain, sealed: Object.keys(split.secret) } }
}

function secondsAfter(moment: Date, seconds: number): Date {
  return new Date(moment.getTime() + seconds * 1000)
}

/** Whoever sends a value somewhere sees it there. */
function demandHosts(
  before: Secret,
  after: Secret,
  { change, principal, sealed }: { change: Change; principal: Principal; sealed: readonly string[] },
): void {
  const isWider = after.allowedHosts.some((host) => !before.allowedHosts.includes(host))
  const isOwnValue = sealed.every((name) => Object.hasOwn(change.value ?? {}, name))
  if (!isWider || isOwnValue || can(principal, permissions.readRaw)) return
  const reason = `must not name further hosts without the permission "${permissions.readRaw.name}", or another value`
  throw fieldError('forbidden', 'allowedHosts', reason)
}

function isOfOtherClient({ authClientId }: Secret, { authClientId: wanted }: Fields): boolean {
  return wanted !== undefined && wanted !== authClientId
}

function demandWhole(type: SecretType, value: Fields): void {
  const missing = secretTypeOf[type].required.find((name) => !Object.hasOwn(value, name))
  if (missing !== undefined)
    throw fieldError('invalid-body', `value.${missing}`, 'is required with another auth client')
}

/** Each version that is good is tried where an HMAC is checked. */
const MOST_VERSIONS = 10

function demandRoom(versions: number): void {
  if (versions < MOST_VERSIONS) return
  throw new HubError('conflict', `Cannot keep the former value as no more than ${MOST_VERSIONS} must be good at a time`)
}

/** The secret with everything but its value changed. */
function describe(secret: Secret, change: Change, now: Date, warnMs: number): Secret {
  const { name = secret.name, domain = secret.domain, allowedHosts = secret.allowedHosts, expiresAt } = change
  const described = { ...secret, name, domain: domain ?? undefined, allowedHosts, updatedAt: now }
  if (expiresAt === undefined) return described
  demandStatedEnd(secret, change)
  const end = endOf(secret.type, { expiresAt })
  return { ...described, expiresAt: end, warnAt: warningOf(end, now, warnMs) }
}

/** What the hub renews is over when the provider says. */
function demandStatedEnd({ renews }: Secret, { expiresAt }: Change): void {
  if (!renews || expiresAt === undefined || expiresAt === null) return
  throw fieldError('invalid-body', 'expiresAt', 'must not be given for a secret that the hub renews')
}

function namesOf(before: Secret, after: Secret, { value }: Change): string[] {
  const fields = (['name', 'domain', 'allowedHosts', 'expiresAt'] as const).filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  )
  return [...fields, ...(value === undefined ? [] : ['value'])]
}
