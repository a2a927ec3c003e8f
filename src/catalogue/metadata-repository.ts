import { Type } from 'typebox'
import { defineEvent } from './event-definition.ts'
import { change, flag, id, ordinal, tenantId, text } from './field.ts'

const service = 'metadata-repository'

const domain = () => id('The domain')
const description = () => text('What it is for')
const schema = () => ({
  id: id('The schema'),
  domainId: domain(),
  uri: text('The URI by which other schemas refer to it'),
})

/** The events of the Metadata Repository, in the order of the documentation. */
export const metadataRepositoryEvents = [
  defineEvent({
    name: 'metadata.domain.created',
    service,
    summary: 'A domain was created.',
    payload: {
      id: domain(),
      name: text('The name'),
      public: Type.Optional(flag('Whether all tenants see it')),
      tenantId: tenantId(),
    },
  }),
  defineEvent({
    name: 'metadata.domain.modified',
    service,
    summary: 'A domain was changed.',
    payload: {
      id: domain(),
      ...change({ name: text('The name'), description: description(), public: flag('Whether all tenants see it') }),
    },
  }),
  defineEvent({
    name: 'metadata.domain.deleted',
    service,
    summary: 'A domain was deleted; each of its schemas is told by an event of its own.',
    payload: { id: domain(), name: Type.Optional(text('The last name')) },
  }),
  defineEvent({
    name: 'metadata.schema.created',
    service,
    summary: 'A schema was created.',
    payload: {
      ...schema(),
      name: text('The name'),
      version: ordinal('The version, counted from 1'),
    },
  }),
  defineEvent({
    name: 'metadata.schema.modified',
    service,
    summary: 'A schema got a new version, or was described anew.',
    payload: {
      ...schema(),
      version: ordinal('The newest version after the change'),
      ...change({ name: text('The name'), description: description(), version: ordinal('The newest version') }),
    },
  }),
  defineEvent({
    name: 'metadata.schema.deleted',
    service,
    summary: 'A schema was deleted with all its versions.',
    payload: { ...schema(), name: Type.Optional(text('The last name')) },
  }),
] as const
