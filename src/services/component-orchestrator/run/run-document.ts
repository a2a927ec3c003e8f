import { type Static, Type } from 'typebox'
import { Id, Moment } from '#lib/schema'
import type { Graph } from '../flow/graph.ts'
import { type Run, type RunStep, runStatuses } from './run-store.ts'

/** A run as callers receive it. */
export const RunDocument = Type.Object({
  id: Id,
  flowId: Id,
  tenant: Id,
  generation: Type.Integer({ description: 'The start of the flow whose graph it runs' }),
  requestId: Type.String({ description: 'The id that the trigger answered' }),
  status: Type.Enum([...runStatuses]),
  startedAt: Moment,
  finishedAt: Type.Optional(Moment),
})

/** A step as callers receive it. */
export const StepDocument = Type.Object({
  id: Id,
  stepId: Type.String(),
  status: Type.Enum(['waiting', 'running', 'success', 'failed']),
  attempts: Type.Integer(),
  input: Type.Unknown({ description: 'The message it got' }),
  output: Type.Array(Type.Unknown(), { description: 'The messages it emitted, at most 100' }),
  omitted: Type.Optional(
    Type.Literal(true, {
      description: 'Input and output are left out: the messages of the steps before are too large',
    }),
  ),
  error: Type.Optional(Type.String({ description: 'Why it failed, or why the last attempt did' })),
  createdAt: Moment,
  startedAt: Type.Optional(Moment),
  finishedAt: Type.Optional(Moment),
  durationMs: Type.Optional(Type.Number({ description: 'Of the last attempt' })),
})

/** The graph that a run follows, without what its steps are set to: flows may have changed since, or be gone. */
export const RunGraph = Type.Object({
  nodes: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.Optional(Type.String()),
      componentId: Type.String(),
      function: Type.String(),
    }),
  ),
  edges: Type.Array(Type.Object({ source: Type.String(), target: Type.String() })),
})

/** The graph in the form in which callers receive it. */
export function toRunGraph({ nodes, edges = [] }: Graph): Static<typeof RunGraph> {
  return {
    nodes: nodes.map(({ id, name, componentId, function: fn }) => ({
      id,
      ...(name === undefined ? {} : { name }),
      componentId,
      function: fn,
    })),
    edges: edges.map(({ source, target }) => ({ source, target })),
  }
}

/** The run in the form in which callers receive it. */
export function toRunDocument({ tenantId, startedAt, finishedAt, ...same }: Run): Static<typeof RunDocument> {
  return {
    ...same,
    tenant: tenantId,
    startedAt: startedAt.toISOString(),
    ...(finishedAt && { finishedAt: finishedAt.toISOString() }),
  }
}

/** JSON text, so that messages stand in it exactly as they are. */
export function toStepJson(step: RunStep): string {
  const { id, stepId, status, attempt, omitted, error, createdAt, startedAt, finishedAt } = step
  const rest = {
    id,
    stepId,
    status,
    attempts: attempt,
    ...(omitted && { omitted }),
    ...(error && { error: error.message }),
    createdAt: createdAt.toISOString(),
    ...(startedAt && { startedAt: startedAt.toISOString() }),
    ...(finishedAt && { finishedAt: finishedAt.toISOString() }),
    ...(startedAt && finishedAt && { durationMs: finishedAt.getTime() - startedAt.getTime() }),
  }
  return `{"input":${step.input},"output":[${step.outputs.join(',')}],${JSON.stringify(rest).slice(1)}`
}
