import type { ServiceClient } from '#lib/service-client'
import type { Graph } from './graph.ts'

/** The Flow Repository, as far as the orchestrator calls it. */
export interface FlowClient {
  /** The flow as it stands; undefined when there is none. */
  read(flowId: string): Promise<RepositoryFlow | undefined>
}

/** A flow as the Flow Repository serves it, as far as it matters here. */
export interface RepositoryFlow {
  readonly generation: number
  readonly graph: Graph
  readonly owners: readonly { readonly id: string; readonly type: 'user' | 'tenant' }[]
}

/** Calls the Flow Repository through `client`. */
export function createFlowClient(client: ServiceClient): FlowClient {
  return {
    async read(flowId) {
      const path = `/flow-repository/flows/${encodeURIComponent(flowId)}`
      try {
        const { body } = await client.request({ method: 'GET', path })
        return (body as { data: RepositoryFlow }).data
      } catch (error) {
        if ((error as { code?: unknown }).code === 'not-found') return undefined
        throw error
      }
    },
  }
}
