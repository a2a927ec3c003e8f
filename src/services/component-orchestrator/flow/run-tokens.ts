import { BusyError, HubError, messageOf, TerminalError } from '#lib/errors'
import type { TokenLookup } from '#lib/principal'
import { type PassingToken, renewedToken } from '#lib/renewed-token'
import type { ServiceClient } from '#lib/service-client'
import type { KnownStart } from './flow-store.ts'

/** The start whose runs are to act. */
export interface RunsOf extends Omit<KnownStart, 'graph'> {
  /** Those that its steps act by. */
  readonly secrets: readonly string[]
}

/** The tokens by which the runs of flows act, in the name of who started or owns them: no step runs without one (DESIGN §6). */
export interface RunTokens {
  /**
   * A token in force, which acts in the flow's tenant and leads to the secrets of the start. Rejects with a `TerminalError` where nobody is left in whose name the runs may
   * act, and with a `BusyError` where that cannot be known at the moment.
   */
  get(runs: RunsOf): Promise<string>
}

/** What getting tokens takes. */
export interface RunTokensOptions {
  /** Calls the IAM by the orchestrator's own token. */
  readonly iam: ServiceClient
  /** How the guard of this process knows tokens: a revoked one is known here as soon as there. */
  readonly principals: TokenLookup
  /** Called, and waited for, when nobody is left in whose name the runs of the start may act. */
  readonly onNobodyLeft: (runs: RunsOf, reason: string) => Promise<void>
  /** Hears of refusals that last until an operator does something. */
  readonly onError: (error: unknown, context: Record<string, unknown>) => void
}

/** After how many milliseconds a step looks again whether the IAM answers. */
const ASK_AGAIN_MS = 2_000
/** Starts whose token is kept: one that is dropped is asked for again. */
const MOST = 1_000

/** Creates it; it holds no token yet. */
export function createRunTokens({ iam, principals, onNobodyLeft, onError }: RunTokensOptions): RunTokens {
  const tokens = new Map<string, () => Promise<string>>()

  async function request({ flowId, tenantId: tenant, accounts, secrets }: RunsOf): Promise<PassingToken> {
    const { body } = await iam.request({
      method: 'POST',
      path: '/iam/api/v1/run-tokens',
      body: { flowId, tenant, accounts, secrets },
    })
    const { token, expireAt } = body as { token: string; expireAt: string }
    return { token, expiresAt: Date.parse(expireAt) }
  }

  function holderOf(key: string, runs: RunsOf): () => Promise<string> {
    const holder = tokens.get(key) ?? renewedToken(() => request(runs))
    tokens.delete(key)
    tokens.set(key, holder)
    const [oldest] = tokens.keys()
    if (tokens.size > MOST && oldest !== undefined) tokens.delete(oldest)
    return holder
  }

  async function inForce(runs: RunsOf): Promise<string> {
    const key = `${runs.flowId}/${runs.generation}`
    const holder = holderOf(key, runs)
    const token = await holder()
    if ((await principals(token)) !== undefined) return token
    // It was revoked, or whom it stands for may not act any more: then another account may.
    if (tokens.get(key) === holder) tokens.delete(key)
    return holderOf(key, runs)()
  }

  return {
    async get(runs) {
      try {
        return await inForce(runs)
      } catch (error) {
        if (!isNobodyLeft(error)) {
          if (!(error instanceof HubError && error.code === 'unavailable'))
            onError(error, { part: 'run tokens', flow: runs.flowId })
          throw new BusyError(`Cannot tell in whose name the flow runs: ${messageOf(error)}`, ASK_AGAIN_MS)
        }
        const reason =
          'Nobody is left in whose name the flow may run: who started it and its owners are gone or disabled'
        await onNobodyLeft(runs, reason)
        throw new TerminalError(reason, { cause: error })
      }
    },
  }
}

/** Other conflicts, as too many values of a token, are none of the flow's making. */
function isNobodyLeft(error: unknown): boolean {
  return (
    error instanceof HubError && error.code === 'conflict' && error.faults.some(({ field }) => field === 'accounts')
  )
}
