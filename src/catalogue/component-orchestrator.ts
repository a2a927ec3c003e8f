import { Type } from 'typebox'
import { defineEvent } from './event-definition.ts'
import { change, flag, flowIds, id, moment, oneOf, ordinal, tenantId, text } from './field.ts'

const service = 'component-orchestrator'

const component = () => id('The component')
const version = () => text('The version of the component')
const access = () => oneOf(['private', 'public'], 'Who sees it: its owners or everybody')
const echoed = () => ordinal('The start that this answers: the `generation` of the request')

/** The events of the Component Orchestrator, in the order of the documentation. */
export const componentOrchestratorEvents = [
  defineEvent({
    name: 'flow.started',
    service,
    summary: 'A flow runs: its triggers are listening.',
    payload: { ...flowIds(), generation: echoed() },
  }),
  defineEvent({
    name: 'flow.stopped',
    service,
    summary: 'A flow takes nothing in any more; runs accepted before finish on their own.',
    payload: { ...flowIds(), generation: echoed() },
  }),
  defineEvent({
    name: 'flow.failed',
    service,
    summary: 'A flow could not be started, or had to be given up as a whole.',
    payload: {
      ...flowIds(),
      generation: echoed(),
      reason: text('Why, without any value of the data it handled'),
      stepId: Type.Optional(text('The step at fault')),
      componentId: Type.Optional(id('The component at fault')),
    },
  }),
  defineEvent({
    name: 'flow.run.failed',
    service,
    summary: 'Runs of a flow failed; many failures close together make one event.',
    payload: {
      ...flowIds(),
      count: ordinal('How many runs failed since the last such event of the flow'),
      firstRunId: id('The first of those runs'),
      lastRunId: id('The last of those runs'),
      reason: text('Why the last one failed, without any value of the data it handled'),
      stepId: Type.Optional(text('The step at which the last one failed')),
      firstFailedAt: Type.Optional(moment('When the first of those runs failed')),
    },
  }),
  defineEvent({
    name: 'component.created',
    service,
    summary: 'A component was registered.',
    payload: {
      id: component(),
      name: text('The name'),
      version: Type.Optional(version()),
      access: Type.Optional(access()),
      tenantId: tenantId(),
    },
  }),
  defineEvent({
    name: 'component.modified',
    service,
    summary: 'A component was changed.',
    payload: {
      id: component(),
      ...change({
        name: text('The name'),
        version: version(),
        access: access(),
        active: flag('Whether flows may use it'),
        isGlobal: flag('Whether one instance serves all flows'),
      }),
    },
  }),
  defineEvent({
    name: 'component.deleted',
    service,
    summary: 'A component was removed from the registry.',
    payload: { id: component(), name: Type.Optional(text('The last name')), version: Type.Optional(version()) },
  }),
] as const
