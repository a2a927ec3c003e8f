import { randomUUID } from 'node:crypto'
import { callHub } from '../support/hub-client.ts'

/** What the hub has acknowledged: it must never be lost. */
export interface Acknowledged {
  /** Ids of payloads answered with 200. */
  readonly payloads: Set<string>
  /** `<event name> <id of the thing>` of changes answered with success. */
  readonly changes: Set<string>
}

export interface LoadTarget {
  readonly url: string
  readonly token: string
  readonly flowId: string
}

/** Sends payloads and changes until stopped, several at a time. A request that fails or is cut was not acknowledged. */
export function startLoad(target: LoadTarget, acknowledged: Acknowledged, onAcknowledged: () => void) {
  let running = true

  async function loop(work: () => Promise<void>): Promise<void> {
    while (running) {
      // The hub may die at any moment: what was under way is then neither acknowledged nor known to be lost.
      await work().then(onAcknowledged, () => undefined)
    }
  }

  const call = async (method: string, path: string, body: unknown) => {
    const headers = { authorization: `Bearer ${target.token}` }
    const answer = await callHub(target.url, method, path, { body, headers })
    if (answer.status >= 300) throw new Error(`${method} ${path} was answered with ${answer.status}`)
    return answer.body
  }

  async function payload(): Promise<void> {
    const id = randomUUID()
    await call('POST', `/webhooks/hook/${target.flowId}`, { id })
    acknowledged.payloads.add(id)
  }

  async function change(): Promise<void> {
    const name = `chaos ${randomUUID()}`
    const { id: tenantId } = await call('POST', '/iam/api/v1/tenants', { name })
    acknowledged.changes.add(`iam.tenant.created ${tenantId}`)
    const graph = { nodes: [{ id: 'a', componentId: 'jsonata', function: 'transform', fields: { expression: '$' } }] }
    const { data } = await call('POST', '/flow-repository/flows', { name, graph })
    acknowledged.changes.add(`flowrepo.flow.created ${data.id}`)
    await call('PATCH', `/flow-repository/flows/${data.id}`, { description: 'changed' })
    acknowledged.changes.add(`flowrepo.flow.modified ${data.id}`)
    await call('DELETE', `/flow-repository/flows/${data.id}`, undefined)
    acknowledged.changes.add(`flowrepo.flow.deleted ${data.id}`)
  }

  const loops = [loop(payload), loop(payload), loop(payload), loop(change)]
  return {
    async stop() {
      running = false
      await Promise.all(loops)
    },
  }
}
