import { Type } from 'typebox'
import { isPattern } from '#event-bus'
import { type Fault, HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import type { LiveTail } from '../live-tail.ts'
import { permissions } from '../permissions.ts'

/**
 * Each `#` multiplies the cost of a comparison by the words of the name, and names of others may be long: for twenty patterns with three and
 * a name of 128 words it is 130 ms (measured), for which nothing else runs; with two it is 2 ms.
 */
const MOST_HASHES = 2

const Query = Type.Object(
  {
    names: Type.Optional(
      Type.Array(Type.String({ maxLength: 128 }), {
        minItems: 1,
        maxItems: 20,
        description: 'AMQP patterns of names: `*` one word, `#` any number of words; default all',
      }),
    ),
    recent: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 200,
        default: 0,
        description: 'How many of the latest events to begin with',
      }),
    ),
  },
  { additionalProperties: false },
)

/** `GET /live`: server-sent events. */
export const getLive = (tail: LiveTail) =>
  route({
    method: 'GET',
    path: '/live',
    summary: 'Follow events as they happen',
    description:
      'Server-sent events: `id` is the position, `data` an object of `id`, `position`, `origin`, `correlationId`, `causationId` and ' +
      '`event`, the body exactly as it was published. Events of the own tenant; with the permission `all`, every event. With the header ' +
      '`Last-Event-ID` it goes on behind that position; where that is too far back, a message `gap` says what is left out (`after`, ' +
      '`until`). A client that reads too slowly is cut off and comes back by that header.',
    permission: permissions.read,
    query: Query,
    response: { 200: Type.String() },
    produces: 'text/event-stream',
    errors: ['too-many-requests'],
    async handle({ query, headers, principal, signal }) {
      const { names = ['#'], recent = 0 } = query
      checkNames(names)
      const stream = await tail.open(principal, { names, recent, after: lastEventId(headers['last-event-id']) }, signal)
      // Proxies that collect answers would hold the events back.
      return { status: 200, stream, type: 'text/event-stream', live: true, headers: { 'x-accel-buffering': 'no' } }
    },
  })

function checkNames(names: readonly string[]): void {
  const faults: Fault[] = names.flatMap((name, index) => {
    const field = `names[${index}]`
    if (!isPattern(name)) {
      return [{ field, message: `Parameter "${field}" must be words, "*" or "#" separated by dots` }]
    }
    const hashes = name.split('.').filter((word) => word === '#').length
    return hashes > MOST_HASHES
      ? [{ field, message: `Parameter "${field}" must not have more than ${MOST_HASHES} "#"` }]
      : []
  })
  const [first] = faults
  if (first) throw new HubError('invalid-parameter', first.message, { faults })
}

function lastEventId(given: string | string[] | undefined): number | undefined {
  if (given === undefined || given === '') return undefined
  if (typeof given === 'string' && /^\d{1,15}$/.test(given)) return Number(given)
  const message = 'Header "last-event-id" must be a position'
  throw new HubError('invalid-parameter', message, { faults: [{ field: 'last-event-id', message }] })
}
