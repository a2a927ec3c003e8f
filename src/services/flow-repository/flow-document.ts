import { type Static, Type } from 'typebox'
import { Moment } from '#lib/schema'
import type { Flow } from './flow.ts'
import { flowStatuses } from './flow-status.ts'
import { GraphSchema } from './graph.ts'

/** A flow as callers send it. */
export const FlowInputSchema = Type.Object(
  {
    name: Type.Optional(Type.String({ maxLength: 100 })),
    description: Type.Optional(Type.String({ maxLength: 5_000 })),
    type: Type.Optional(Type.String({ minLength: 1, maxLength: 50, description: 'Default: ordinary' })),
    graph: Type.Optional(GraphSchema),
  },
  { additionalProperties: false },
)

/** A flow as callers receive it. */
export const FlowDocument = Type.Object({
  id: Type.String({ format: 'uuid' }),
  tenant: Type.String({ format: 'uuid' }),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  type: Type.String(),
  graph: GraphSchema,
  owners: Type.Array(Type.Object({ id: Type.String(), type: Type.Enum(['user', 'tenant']) })),
  status: Type.Enum([...flowStatuses]),
  generation: Type.Integer({ description: 'Number of starts so far' }),
  version: Type.Integer({ description: 'Grows with each change' }),
  failure: Type.Optional(Type.String({ description: 'Why the last start came to nothing' })),
  createdAt: Moment,
  updatedAt: Moment,
})

/** Answer with one flow. */
export const FlowAnswer = Type.Object({ data: FlowDocument, meta: Type.Object({}) })

/** Answer to a start or a stop. */
export const StatusAnswer = Type.Object({
  data: Type.Object({ id: Type.String({ format: 'uuid' }), status: Type.Enum([...flowStatuses]) }),
  meta: Type.Object({}),
})

/** Path parameters of a route for one flow. */
export const FlowParams = Type.Object({ id: Type.String({ format: 'uuid', description: 'The flow' }) })

/** The flow in the form in which callers receive it. */
export function toDocument(flow: Flow): Static<typeof FlowDocument> {
  const { tenantId, description, failure, owners, createdAt, updatedAt, ...same } = flow
  return {
    ...same,
    tenant: tenantId,
    ...(description === undefined ? {} : { description }),
    ...(failure === undefined ? {} : { failure }),
    owners: owners.map(({ id, type }) => ({ id, type })),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}
