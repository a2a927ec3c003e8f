import type { ReceivedEvent } from '#event-bus'

/** What a browser waits before it comes back to a stream that has ended, in milliseconds. */
const comeBackAfter = 1_000

/** The first thing on a stream: by it the client knows that it is heard. */
export const greeting = `retry: ${comeBackAfter}\n\n`

/**
 * Something without meaning, so that nobody on the way takes the connection for dead. It moves the client's id on, where long nothing of
 * interest to it has happened: it would seem to have missed all of that.
 */
export function heartbeat(position: number): string {
  return `:\nid: ${position}\n\n`
}

/** An event as a server-sent message; its id is the position, by which a client goes on. */
export function eventMessage(event: ReceivedEvent): string {
  const { id, position, origin, correlationId, causationId } = event
  const head = JSON.stringify({ id, position, origin, correlationId, causationId })
  return `id: ${position}\n${dataLines(`${head.slice(0, -1)},"event":${event.body}}`)}`
}

/** Tells that events after `after` up to `until` are left out: they are too far back. */
export function gapMessage(after: number, until: number): string {
  return `event: gap\nid: ${until}\n${dataLines(JSON.stringify({ after, until }))}`
}

/** Between the values of a JSON text there may be line breaks, and a message has one field a line. */
function dataLines(text: string): string {
  return `${text
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join('')}\n`
}
