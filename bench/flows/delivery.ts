import { gitHubDeliveries } from '../../examples/1-first-flow/deliveries.ts'

/** A real GitHub delivery about an issue, as it is sent. */
export interface Delivery {
  /** Such as `issues`, as in the header `x-github-event`. */
  readonly event: string
  readonly payload: Readonly<Record<string, unknown>>
  readonly body: Buffer
}

const EVENTS = new Set(['issues', 'issue_comment'])
const LEAST_BYTES = 8 * 1_024
const MOST_BYTES = 20 * 1_024

/** All deliveries of `@octokit/webhooks-examples` about issues that are of usual size: 8 to 20 KiB. */
export function issueDeliveries(): Delivery[] {
  return gitHubDeliveries()
    .filter(({ event }) => EVENTS.has(event))
    .map(({ event, payload }) => ({ event, payload, body: Buffer.from(JSON.stringify(payload)) }))
    .filter(({ body }) => body.length >= LEAST_BYTES && body.length <= MOST_BYTES)
}
