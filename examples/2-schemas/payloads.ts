import { createRequire } from 'node:module'

/** What GitHub sends to a webhook. */
export interface Payload {
  readonly event: string
  readonly document: unknown
}

/** Every payload of the npm package `@octokit/webhooks-examples`. */
export function gitHubPayloads(): Payload[] {
  const events: { name: string; examples: unknown[] }[] = createRequire(import.meta.url)('@octokit/webhooks-examples')
  return events.flatMap(({ name, examples }) => examples.map((document) => ({ event: name, document })))
}
