export { asyncApiDocument } from './asyncapi.ts'
export {
  type CatalogueEvent,
  catalogue,
  definitions,
  type EventName,
  findEvent,
  type PayloadOf,
  type Payloads,
} from './catalogue.ts'
export { type EventDefinition, type ServiceName, serviceNames } from './event-definition.ts'
export { eventsMarkdown } from './markdown.ts'
export { type PersonalField, personalFields, personalKeyword } from './personal.ts'
