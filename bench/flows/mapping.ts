/** What the target gets of a delivery: the ticket that another application would open. */
export interface Ticket {
  /** The delivery's id, by which arrivals are counted. */
  readonly delivery: string
  readonly kind: string
  readonly title: string
  readonly text: string
  readonly labels: readonly string[]
  readonly urgent: boolean
  readonly opened: number
  readonly reporter: { readonly name: string; readonly page: string }
  readonly repository: { readonly id: number; readonly name: string; readonly owner: string; readonly private: boolean }
}

/**
 * The mapping in JSONata, over a GitHub delivery about an issue. `headers` is where the expression finds those of the call, as that
 * differs between systems.
 */
export function ticketExpression(headers: string): string {
  return `{
    "delivery": ${headers}."x-github-delivery",
    "kind": ${headers}."x-github-event" & "." & action,
    "title": "[" & repository.name & "#" & issue.number & "] " & $uppercase(issue.title),
    "text": issue.body ? $substring(issue.body, 0, 200) : "",
    "labels": [issue.labels.name],
    "urgent": $count(issue.labels[name = "bug"]) > 0,
    "opened": $toMillis(issue.created_at),
    "reporter": { "name": sender.login, "page": sender.html_url },
    "repository": {
      "id": repository.id, "name": repository.full_name, "owner": repository.owner.login, "private": repository.private
    }
  }`
}

interface IssuePayload {
  readonly action: string
  readonly issue: {
    readonly number: number
    readonly title: string
    readonly body: string | null
    readonly labels?: readonly { readonly name: string }[]
    readonly created_at: string
  }
  readonly sender: { readonly login: string; readonly html_url: string }
  readonly repository: {
    readonly id: number
    readonly name: string
    readonly full_name: string
    readonly private: boolean
    readonly owner: { readonly login: string }
  }
}

/** The same mapping in plain code: what the systems without JSONata do, and what arrivals are compared with. */
export function toTicket(delivery: string, event: string, payload: unknown): Ticket {
  const { action, issue, sender, repository } = payload as IssuePayload
  const labels = (issue.labels ?? []).map(({ name }) => name)
  return {
    delivery,
    kind: `${event}.${action}`,
    title: `[${repository.name}#${issue.number}] ${issue.title.toUpperCase()}`,
    text: [...(issue.body ?? '')].slice(0, 200).join(''),
    labels,
    urgent: labels.includes('bug'),
    opened: Date.parse(issue.created_at),
    reporter: { name: sender.login, page: sender.html_url },
    repository: {
      id: repository.id,
      name: repository.full_name,
      owner: repository.owner.login,
      private: repository.private,
    },
  }
}
