import { BusyError, HubError, TerminalError } from '#lib/errors'
import type { ServiceClient } from '#lib/service-client'

/** A secret with its clear values: for the memory of this process alone, never for messages, records, logs and errors. */
export interface Secret {
  readonly id: string
  readonly type: string
  /** Its fields, by the names that they have for its type. */
  readonly value: Readonly<Record<string, unknown>>
  /** Where it may be sent; see `hostRule`. */
  readonly allowedHosts: readonly string[]
}

/** Who reads which secret. */
export interface SecretReading {
  readonly secretId: string
  /** The run token, which must lead to the secret. */
  readonly token: string
  readonly runId: string
  readonly stepId: string
}

/** The Secret Service, as far as the orchestrator calls it. */
export interface SecretClient {
  /**
   * The secret as it stands. Each reading is on record, so nothing is kept here. Rejects with a `TerminalError` that says why when the flow
   * may not use it or nobody can, and with a `BusyError` while that cannot be known.
   */
  read(reading: SecretReading): Promise<Secret>
}

/** After how many milliseconds a step looks again whether the secret can be read. */
const ASK_AGAIN_MS = 2_000

/** Calls the Secret Service through `client`. */
export function createSecretClient(client: ServiceClient): SecretClient {
  return {
    async read({ secretId, token, runId, stepId }) {
      const query = new URLSearchParams({ runId, stepId })
      const path = `/secret-service/api/v1/secrets/${encodeURIComponent(secretId)}?${query}`
      try {
        const { body } = await client.request({ method: 'GET', path, token })
        const { id, type, value, allowedHosts } = (body as { data: Secret }).data
        return { id, type, value, allowedHosts }
      } catch (error) {
        throw error instanceof HubError ? meaningOf(error, secretId) : error
      }
    },
  }
}

/** A fault of the Secret Service or of ours counts as a failed attempt at the step. */
function meaningOf(error: HubError, secretId: string): Error {
  const cannot = `Cannot use the secret "${secretId}"`
  const forGood = (reason: string) =>
    new TerminalError(`${cannot} as ${reason}: ${error.message}`, {
      cause: error,
    })
  switch (error.code) {
    case 'forbidden':
      return forGood('who the flow runs for must own it')
    case 'not-found':
      return forGood('it must exist in the tenant of the flow')
    case 'conflict':
      return forGood('it must be in force')
    // The run token was revoked in between: who runs the flow now gets another.
    case 'unauthenticated':
    case 'too-many-requests':
    case 'unavailable':
      return new BusyError(`${cannot} at the moment: ${error.message}`, ASK_AGAIN_MS)
    default:
      return error
  }
}
