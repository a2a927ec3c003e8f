import { createRequire } from 'node:module'

/** One of GitHub's own webhook deliveries. */
export interface Delivery {
  readonly event: string
  readonly id: string
  readonly payload: { readonly repository?: { readonly full_name: string }; readonly [field: string]: unknown }
}

interface EventExamples {
  readonly name: string
  readonly examples: readonly Delivery['payload'][]
}

/** Every payload of the npm package `@octokit/webhooks-examples`, each with a delivery id as GitHub gives it. */
export function gitHubDeliveries(): Delivery[] {
  const events: EventExamples[] = createRequire(import.meta.url)('@octokit/webhooks-examples')
  return events.flatMap(({ name, examples }) =>
    examples.map((payload, index) => ({ event: name, id: `${name}-${index}`, payload })),
  )
}
