import { fieldError, HubError } from '#lib/errors'
import { newId } from '#lib/id'
import type { Tx } from '#lib/postgres'
import type { Permission, Principal } from '#lib/principal'
import { actingNow } from '../acting.ts'
import { asSystem } from '../as-system.ts'
import type { IamParts } from '../deps.ts'
import { catalogueOf } from '../permission/permission-store.ts'
import { permissions } from '../permissions.ts'
import { firstAbleToAct } from '../tenant/membership-store.ts'
import { lockUser } from '../user/user-store.ts'
import type { IssuedToken, Token } from './token.ts'
import { issueToken } from './token-issue.ts'
import { giveValue } from './token-renewal.ts'
import { knownPermission } from './token-request.ts'
import { findRunToken, type KeptToken } from './token-store.ts'
import { withdrawTokens } from './withdraw-token.ts'

/** Seconds: short, as who acts by it gets the next value in good time (DESIGN §6). */
const LIFESPAN = 900

/** For which runs a token is wanted. */
export interface RunTokenRequest {
  readonly flowId: string
  /** The one that the flow belongs to. */
  readonly tenant: string
  /** In whose name the runs may act, the first of whom that is possible: who started the flow, then its owners. */
  readonly accounts: readonly string[]
  /** What the runs may do at most of what the account may do. */
  readonly scope: readonly string[]
  /** The secrets that they may read. */
  readonly secrets: readonly string[]
}

/** A token for runs, and in whose name they act by it. */
export interface RunToken extends IssuedToken<Date | undefined> {
  readonly accountId: string
}

type Parts = Pick<IamParts, 'db' | 'bus' | 'clock' | 'catalogue'>

/**
 * A token of 15 minutes by which the runs of a flow act in its tenant, for the first of the accounts that may act there. There is one for
 * each flow, account and set of secrets; asked for again it lives on and gets another value, and the older ones end when they would have.
 * Throws `conflict`, naming `accounts`, where none of them may act any more.
 */
export async function requestRunToken(parts: Parts, principal: Principal, request: RunTokenRequest): Promise<RunToken> {
  demandSecretsAllowed(principal, request)
  return asSystem(parts.db, async (tx) => {
    const userId = await lockAccount(tx, request)
    const delegate = await actingNow(parts, tx, principal, permissions.tokenDelegate)
    // What happens to the token concerns the tenant whose flow it is.
    const by = { ...delegate, tenant: request.tenant }
    const token = await runTokenOf(parts, tx, { ...request, userId, madeBy: by.id })
    const same = await findRunToken(tx, token, token.createdAt)
    if (same && isAsWide(same, token)) {
      const issued = await giveValue(parts, tx, { token: same, expiresAt: token.expiresAt, by })
      return { ...issued, accountId: userId }
    }
    if (same) await withdrawTokens(parts, tx, { id: same.id }, { by, reason: 'revoked' })
    return { ...(await issueToken(parts, tx, token, by)), accountId: userId }
  })
}

/** By such a token the secrets of others are read in their name: that is for the hub's own services, whatever a person may do. */
function demandSecretsAllowed({ kind }: Principal, { secrets }: RunTokenRequest): void {
  if (kind === 'service' || secrets.length === 0) return
  throw fieldError('forbidden', 'secrets', 'must be empty unless a service of the hub asks')
}

/** In whose name the runs are to act; the account stays as it is until the transaction ends. */
async function lockAccount(tx: Tx, { accounts, tenant }: RunTokenRequest): Promise<string> {
  const candidate = await firstAbleToAct(tx, accounts, tenant)
  if (candidate !== undefined) await lockUser(tx, candidate)
  // It may have been changed while we waited for it.
  const able = await firstAbleToAct(tx, accounts, tenant)
  if (able !== candidate) throw new HubError('unavailable', 'The accounts are being changed: ask again')
  if (able !== undefined) return able
  const message = 'Field "accounts" must name somebody who is ACTIVE and belongs to the ACTIVE tenant of the flow'
  throw new HubError('conflict', message, { faults: [{ field: 'accounts', message }] })
}

async function runTokenOf(
  { clock, catalogue }: Parts,
  tx: Tx,
  request: RunTokenRequest & { readonly userId: string; readonly madeBy: string },
): Promise<Token> {
  const { userId, madeBy, flowId, tenant: tenantId, scope, secrets } = request
  const known = await catalogueOf(tx, catalogue)
  for (const [index, name] of scope.entries()) demandDelegable(knownPermission(known, name, `scope[${index}]`), index)
  const createdAt = clock()
  return {
    ...{ id: newId(), userId, tenantId, type: 'DELEGATE', permissions: [], scope: [...new Set(scope)], flowId, madeBy },
    secretIds: [...new Set(secrets.map((id) => id.toLowerCase()))].toSorted(),
    ...{ expiresAt: new Date(createdAt.getTime() + LIFESPAN * 1000), createdAt, lifespan: LIFESPAN },
  }
}

/** Runs handle what the tenant's applications exchange; they administer nobody, in whosever name they act. */
function demandDelegable({ name, scope }: Permission, index: number): void {
  const isAdministration = Object.values(permissions).some((own) => own.name === name)
  if (scope === 'tenant' && !isAdministration) return
  throw fieldError(
    'forbidden',
    `scope[${index}]`,
    'must not be a permission of the platform, nor one that administers a tenant',
  )
}

function isAsWide({ scope: had = [] }: KeptToken, { scope: wanted = [] }: Token): boolean {
  return new Set(had).symmetricDifference(new Set(wanted)).size === 0
}
