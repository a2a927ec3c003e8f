import { Type } from 'typebox'
import { defineEvent } from './event-definition.ts'
import { change, flowIds, ordinal, owners, tenantId, text } from './field.ts'

const service = 'flow-repository'

/** The events of the Flow Repository, in the order of the documentation. */
export const flowRepositoryEvents = [
  defineEvent({
    name: 'flowrepo.flow.created',
    service,
    summary: 'A flow was created.',
    payload: {
      ...flowIds(),
      name: Type.Optional(text('The name')),
      owners: Type.Optional(owners('Who may change it')),
      tenantId: tenantId(),
    },
  }),
  defineEvent({
    name: 'flowrepo.flow.modified',
    service,
    summary: 'A flow was changed; its graph and its settings are told by the name of the field alone.',
    payload: {
      ...flowIds(),
      version: Type.Optional(ordinal('The version after the change')),
      // The graph and the settings hold fields of free form, in which people put credentials.
      ...change({
        name: text('The name'),
        description: text('What it is for'),
        type: text('The kind of flow'),
        cron: text('When it starts runs by itself'),
      }),
    },
  }),
  defineEvent({
    name: 'flowrepo.flow.deleted',
    service,
    summary: 'A flow was deleted.',
    payload: { ...flowIds(), name: Type.Optional(text('The last name')) },
  }),
  defineEvent({
    name: 'flowrepo.flow.starting',
    service,
    summary: 'A flow is to start; the orchestrator answers with `flow.started` or `flow.failed`.',
    payload: {
      ...flowIds(),
      generation: ordinal('The count of starts of this flow, this one included; the answer echoes it'),
      version: Type.Optional(ordinal('The version of the flow that is to run')),
    },
  }),
  defineEvent({
    name: 'flowrepo.flow.stopping',
    service,
    summary: 'A flow is to stop; the orchestrator answers with `flow.stopped`.',
    payload: {
      ...flowIds(),
      generation: ordinal('The start that is to end; the answer echoes it'),
      reason: Type.Optional(text('Why, if nobody asked for it')),
    },
  }),
] as const
