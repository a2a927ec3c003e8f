/** The events of GitHub that the demo's flows are for. */
export type DeliveryEvent = 'issues' | 'push'

/** What GitHub sends to a webhook. */
export interface Delivery {
  readonly event: DeliveryEvent
  readonly payload: GitHubPayload
}

/** Of a payload, what tells whether the demo wants it; it has much more. */
export interface GitHubPayload {
  readonly action?: string
  readonly changes?: unknown
  readonly commits?: readonly unknown[]
}

/** The examples of one event, as the npm package `@octokit/webhooks-examples` (MIT) has them. */
export interface GitHubExamples {
  readonly name: string
  readonly examples: readonly GitHubPayload[]
}

/**
 * The few of them that the demo sends, in the order in which it sends them over and over: issues and pushes in turn, those that a flow
 * makes something of and those that it leaves aside. Throws when the package has changed so that there are none of a kind.
 */
export function chooseDeliveries(package_: readonly GitHubExamples[]): Delivery[] {
  const choose = (event: DeliveryEvent, most: number, wanted: (payload: GitHubPayload) => boolean): Delivery[] => {
    const fitting = package_.find(({ name }) => name === event)?.examples.filter(wanted) ?? []
    if (fitting.length === 0) throw new Error(`Cannot find examples of the GitHub event "${event}" that fit`)
    return fitting.slice(0, most).map((payload) => ({ event, payload }))
  }
  const opened = choose('issues', 2, ({ action, changes }) => action === 'opened' && changes === undefined)
  const labelled = choose('issues', 1, ({ action }) => action === 'labeled')
  const commits = choose('push', 2, (payload) => (payload.commits?.length ?? 0) > 0)
  const tags = choose('push', 1, (payload) => payload.commits?.length === 0)
  const [issues, pushes] = [
    [...opened, ...labelled],
    [...commits, ...tags],
  ]
  return issues.flatMap((issue, index) => [issue, ...pushes.slice(index, index + 1)])
}
