import { HubError, TerminalError } from '#lib/errors'
import type { ServiceClient } from '#lib/service-client'
import type { DocumentVerdict } from '../component/component.ts'

/** What is checked against which schema, and in whose name. */
export interface SchemaCheck {
  /** Address of the schema, with or without the hub's origin. */
  readonly schema: string
  /** JSON. */
  readonly document: unknown
  /** The run token: it sees the schemas of its tenant, and those that are public. */
  readonly token: string
}

/** The Metadata Repository, as far as the orchestrator calls it. */
export interface SchemaClient {
  /**
   * What is wrong with the document by the newest version of the schema. Rejects with a `TerminalError` that says why when that schema cannot be
   * used, and with any other error while that cannot be known.
   */
  validate(check: SchemaCheck): Promise<DocumentVerdict>
}

/** Calls the Metadata Repository through `client`. */
export function createSchemaClient(client: ServiceClient): SchemaClient {
  return {
    async validate({ schema, document, token }) {
      const path = '/metadata-repository/api/v1/validate'
      try {
        const { body } = await client.request({ method: 'POST', path, body: { schema, document }, token })
        return body as DocumentVerdict
      } catch (error) {
        throw error instanceof HubError ? meaningOf(error, schema) : error
      }
    },
  }
}

function meaningOf(error: HubError, schema: string): Error {
  const cannot = `Cannot validate by the schema "${schema}"`
  switch (error.code) {
    case 'not-found':
      return new TerminalError(`${cannot} as it must exist in the tenant of the flow or be public`, { cause: error })
    case 'invalid-body':
    case 'conflict':
    case 'forbidden':
    case 'too-large':
      return new TerminalError(`${cannot}: ${error.message}`, { cause: error })
    // It is not there, or the run token was revoked in between: who runs the flow now gets another.
    default:
      return new Error(`${cannot} at the moment: ${error.message}`, { cause: error })
  }
}
