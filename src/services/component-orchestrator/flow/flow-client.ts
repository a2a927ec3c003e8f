import type { ServiceClient } from '#lib/service-client'
import type { Graph } from './graph.ts'

/** The Flow Repository, as far as the orchestrator calls it. */
export interface FlowClient {
  /** The flow as it stands; undefined when there is none. */
  read(flowId: string): Promise<{ generation: number; graph: Graph } | undefined>
}

/** Calls the Flow Repository through `client`. */
export function createFlowClient(client: ServiceClient): FlowClient {
  return {
    async read(flowId) {
      const path = `/flow-repository/flows/${encodeURIComponent(flowId)}`
      try {
        const { body } = await client.request({ method: 'GET', path })
        return (body as { data: { generation: number; graph: Graph } }).data
      } catch (error) {
        if ((error as { code?: unknown }).code === 'not-found') return undefined
        throw error
      }
    },
  }
}
