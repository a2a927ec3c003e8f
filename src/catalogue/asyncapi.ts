import { definitions } from './catalogue.ts'
import { type EventDefinition, serviceNames } from './event-definition.ts'

interface Reference {
  readonly $ref: string
}

type Entries<T> = Record<string, T>

/**
 * All events as an AsyncAPI 3.0 document: a channel an event, whose address is the event's name and routing key, and a `send`
 * operation of the service that owns it. Names of events serve as keys throughout.
 *
 * The wire format has `headers` and `payload` side by side in the JSON body. AsyncAPI calls the whole body the payload of a
 * message and keeps the word headers for those of the protocol, so both stand in the schema of the body.
 */
export function asyncApiDocument(info: { title: string; version: string }) {
  return {
    asyncapi: '3.0.0',
    info: { ...info, tags: serviceNames.map((name) => ({ name })) },
    defaultContentType: 'application/json',
    channels: byName(channel),
    operations: byName(operation),
    components: { schemas: byName(payloadSchema), messages: byName(message), channelBindings: { bus: busBinding } },
  }
}

/** The exchange of the RabbitMQ link. */
const busBinding = {
  amqp: {
    is: 'routingKey',
    exchange: { name: 'event-bus', type: 'topic', durable: true, autoDelete: false },
    bindingVersion: '0.3.0',
  },
} as const

function byName<T>(render: (definition: EventDefinition) => T): Entries<T> {
  return Object.fromEntries(definitions.map((definition) => [definition.name, render(definition)]))
}

function channel({ name, service, summary }: EventDefinition) {
  return {
    address: name,
    summary,
    tags: [{ name: service }],
    messages: { [name]: reference('components', 'messages', name) },
    bindings: reference('components', 'channelBindings', 'bus'),
  }
}

function operation({ name, service, summary }: EventDefinition) {
  return {
    action: 'send',
    summary,
    tags: [{ name: service }],
    channel: reference('channels', name),
    messages: [reference('channels', name, 'messages', name)],
  }
}

function message({ name, service, summary, version, ordering }: EventDefinition) {
  return {
    name,
    title: name,
    summary,
    tags: [{ name: service }],
    'x-schema-version': version,
    'x-ordering-key': `payload.${ordering}`,
    payload: {
      type: 'object',
      required: ['headers', 'payload'],
      properties: { headers: headersSchema(name, service), payload: reference('components', 'schemas', name) },
    },
  }
}

function headersSchema(name: string, service: string) {
  return {
    type: 'object',
    required: ['name', 'serviceName', 'createdAt'],
    properties: {
      name: { const: name, description: 'The name of the event, which is also its routing key' },
      serviceName: { const: service, description: 'The service that published it' },
      createdAt: { type: 'string', format: 'date-time', description: 'The time of the producer' },
    },
  }
}

/** The schema as plain JSON, without what TypeBox keeps beside it. */
function payloadSchema({ payload }: EventDefinition): Entries<unknown> {
  return JSON.parse(JSON.stringify(payload))
}

/** A JSON pointer into this document. Names of events need no escaping, as the catalogue allows letters, dots and hyphens. */
function reference(...path: string[]): Reference {
  return { $ref: `#/${path.join('/')}` }
}
