import { HubError } from '#lib/errors'
import { unstorableFaults } from '#lib/http/stored-text'
import { type FlowSignal, type FlowStatus, nextStatus, statusesFor } from './flow-status.ts'
import { type Graph, graphFaults } from './graph.ts'

/** Who owns a flow; spelt as existing clients expect. */
export interface Owner {
  readonly id: string
  readonly type: 'user' | 'tenant'
}

/** A flow and where it stands. */
export interface Flow {
  readonly id: string
  readonly tenantId: string
  readonly name: string
  readonly description: string | undefined
  readonly type: string
  readonly graph: Graph
  readonly owners: readonly Owner[]
  readonly status: FlowStatus
  /** Number of starts so far. */
  readonly generation: number
  /** Grows with each change, from 1. */
  readonly version: number
  /** Why the last start came to nothing, or the flow had to stop. */
  readonly failure: string | undefined
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What a caller may set. */
export interface FlowInput {
  readonly name?: string
  readonly description?: string
  readonly type?: string
  readonly graph?: Graph
}

/** A new flow of the tenant, owned by the user. Throws `invalid-body` with every fault of its texts, or of the graph. */
export function createFlow(input: FlowInput, by: { id: string; userId: string; tenantId: string; now: Date }): Flow {
  demandStorable(input)
  return {
    id: by.id,
    tenantId: by.tenantId,
    name: input.name ?? '',
    description: input.description,
    type: input.type ?? 'ordinary',
    graph: soundGraph(input.graph),
    owners: [{ id: by.userId, type: 'user' }],
    status: 'inactive',
    generation: 0,
    version: 1,
    failure: undefined,
    createdAt: by.now,
    updatedAt: by.now,
  }
}

/** The flow after the change, and the names of the fields that differ. Throws `conflict` unless the flow is inactive. */
export function changeFlow(flow: Flow, input: FlowInput, now: Date): { flow: Flow; changed: (keyof FlowInput)[] } {
  demandInactive(flow, 'change')
  demandStorable(input)
  const graph = input.graph === undefined ? flow.graph : soundGraph(input.graph)
  const after = { ...flow, ...definedOnly(input), graph }
  const changed = (['name', 'description', 'type', 'graph'] as const).filter(
    (field) => JSON.stringify(after[field]) !== JSON.stringify(flow[field]),
  )
  return changed.length === 0
    ? { flow, changed }
    : { flow: { ...after, version: flow.version + 1, updatedAt: now }, changed }
}

/** Throws `conflict` unless the flow may be deleted. */
export function deleteFlow(flow: Flow): void {
  demandInactive(flow, 'delete')
}

/** The flow once its user asked for a start or a stop. Throws `conflict` where the status does not allow it. */
export function controlFlow(flow: Flow, signal: 'start' | 'stop', now: Date): Flow {
  const status = nextStatus(flow.status, signal)
  if (status === undefined) throw wrongStatus(signal, flow, statusesFor(signal))
  const start = signal === 'start'
  return {
    ...flow,
    status,
    generation: start ? flow.generation + 1 : flow.generation,
    failure: start ? undefined : flow.failure,
    updatedAt: now,
  }
}

/** The flow once the user no longer owns it. */
export function withoutOwner(flow: Flow, userId: string, now: Date): Flow {
  const owners = flow.owners.filter(({ id, type }) => !(id === userId && type === 'user'))
  return { ...flow, owners, version: flow.version + 1, updatedAt: now }
}

/** The orchestrator's answer to one start of a flow. */
export interface Answer {
  readonly signal: Exclude<FlowSignal, 'start' | 'stop'>
  readonly generation: number
  readonly reason?: string
}

/** The flow after the answer; undefined when the answer is late, repeated or meant for another start. */
export function applyAnswer(flow: Flow, { signal, generation, reason }: Answer, now: Date): Flow | undefined {
  if (generation !== flow.generation) return undefined
  const status = nextStatus(flow.status, signal)
  if (status === undefined) return undefined
  return { ...flow, status, failure: signal === 'failed' ? storable(reason) : flow.failure, updatedAt: now }
}

/** Most characters of a failure that are kept. */
const MOST_FAILURE = 2_000

/** A reason may quote what a user wrote, and a flow whose failure cannot be stored would never settle. */
function storable(reason: string | undefined): string | undefined {
  return reason?.slice(0, MOST_FAILURE).replaceAll('\0', '\ufffd').toWellFormed()
}

/** The graph is kept as JSON text, which holds anything; the other texts are not. */
function demandStorable({ name, description, type }: FlowInput): void {
  const faults = unstorableFaults({ name, description, type })
  if (faults.length === 0) return
  throw new HubError('invalid-body', 'Cannot save the flow as its texts must be storable', { faults })
}

function soundGraph(graph: Graph | undefined): Graph {
  if (graph === undefined) {
    const faults = [{ field: 'graph', message: 'Flows require a graph.' }]
    throw new HubError('invalid-body', 'Cannot save the flow as it must have a graph', { faults })
  }
  const faults = graphFaults(graph)
  if (faults.length > 0)
    throw new HubError('invalid-body', 'Cannot save the flow as its graph must be sound', { faults })
  return graph
}

function demandInactive(flow: Flow, action: string): void {
  if (flow.status !== 'inactive') throw wrongStatus(action, flow, ['inactive'])
}

function wrongStatus(action: string, { id, status }: Flow, wanted: readonly FlowStatus[]): HubError {
  const allowed = wanted.map((each) => `"${each}"`).join(' or ')
  return new HubError(
    'conflict',
    `Cannot ${action} flow "${id}" as status must be ${allowed}: current status is "${status}"`,
  )
}

function definedOnly(input: FlowInput): FlowInput {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
}
