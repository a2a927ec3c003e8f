import { definitions } from './catalogue.ts'
import { type EventDefinition, type ServiceName, serviceNames } from './event-definition.ts'
import { personalKeyword } from './personal.ts'

/** What the document needs to know of a field's schema; the catalogue uses no other form. */
interface FieldSchema {
  type?: string
  format?: string
  enum?: readonly string[]
  items?: FieldSchema
  properties?: Record<string, FieldSchema>
  description?: string
  [personalKeyword]?: string
}

const preamble = `# Events

<!-- Generated from src/catalogue by \`npm run docs\`. Change the catalogue, not this file. -->

Everything that happens in the hub is one of these events, or an event of somebody else that came in from outside.

## The wire format

\`\`\`json
{
  "headers": {
    "name": "flow.started",
    "serviceName": "component-orchestrator",
    "createdAt": "2026-11-23T19:30:00.000Z"
  },
  "payload": {
    "user": "0199a0b1-7c1e-7d3f-8a52-1f6c3b9e4d10",
    "tenant": "0199a0b1-7c1e-7d3f-8a52-2a7d4c0f5e21",
    "id": "0199a0b1-7c1e-7d3f-8a52-3b8e5d106f32",
    "flowId": "0199a0b1-7c1e-7d3f-8a52-3b8e5d106f32",
    "generation": 1
  }
}
\`\`\`

- \`headers.name\` is the name of the event and its routing key.
- \`headers.serviceName\` is the service that published it, \`headers.createdAt\` the time at which it did, ISO 8601. The bus fills in
  both. Epoch milliseconds are accepted from publishers of old.
- \`payload.user\` is who did it, never whom it was done to; the subject is \`payload.id\`. Both ids are those of the IAM.
  \`payload.tenant\` is the tenant in which it occurred. Any payload may carry both, so the tables below leave them out unless
  they are required.
- A field **personal of** another belongs to the person whose id that other field holds. The audit log keeps such a value
  encrypted for that person, and erases it with the person.
- A \`…modified\` event names all changed fields in \`changed\`, and tells values only of those that are neither personal nor secret.
- No event holds a secret, a password or the value of a token.
- Events with the same **ordering key** are delivered in the order in which they occurred.
`

/** The documentation of all events, as Markdown. */
export function eventsMarkdown(): string {
  return [preamble, ...serviceNames.map(serviceSection)].join('\n')
}

function serviceSection(service: ServiceName): string {
  const owned = definitions.filter((definition) => definition.service === service)
  const overview = table(
    ['event', 'what happened'],
    owned.map(({ name, summary }) => [`[\`${name}\`](#${anchor(name)})`, summary]),
  )
  return [`## ${service}`, overview, ...owned.map(eventSection)].join('\n\n').concat('\n')
}

function eventSection({ name, summary, payload, version, ordering }: EventDefinition): string {
  const required = new Set<string>(payload.required)
  const own = Object.entries<FieldSchema>(payload.properties).filter(
    ([field]) => required.has(field) || (field !== 'user' && field !== 'tenant'),
  )
  const rows = own.map(([field, schema]) => [
    `\`${field}\``,
    typeOf(schema),
    required.has(field) ? 'yes' : '',
    schema[personalKeyword] ? `\`${schema[personalKeyword]}\`` : '',
    schema.description ?? '',
  ])
  const facts = `Schema version ${version}, ordering key \`${ordering}\`.`
  const fields = table(['field', 'type', 'required', 'personal of', 'description'], rows)
  return [`### ${name}`, `${summary} ${facts}`, fields].join('\n\n')
}

function typeOf(schema: FieldSchema): string {
  if (schema.enum) return schema.enum.map((word) => `\`${word}\``).join(', ')
  if (schema.items) return `list of ${typeOf(schema.items)}`
  if (schema.properties)
    return `object of ${Object.keys(schema.properties)
      .map((name) => `\`${name}\``)
      .join(', ')}`
  return schema.format ?? schema.type ?? 'any'
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** The anchor that Markdown renderers give the heading of an event. */
function anchor(name: string): string {
  return name.toLowerCase().replaceAll('.', '')
}
