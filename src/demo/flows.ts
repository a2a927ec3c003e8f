import type { DeliveryEvent } from './deliveries.ts'

/** A flow of the demo as it is to be created. */
export interface DemoFlowInput {
  readonly name: string
  readonly description: string
  /** The GitHub event that its webhook is for. */
  readonly event: DeliveryEvent
  readonly graph: {
    readonly nodes: readonly {
      readonly id: string
      readonly componentId: string
      readonly function: string
      readonly fields: { readonly expression: string }
    }[]
    readonly edges: readonly { readonly source: string; readonly target: string }[]
  }
}

const issues: DemoFlowInput = {
  name: 'GitHub issues to tickets',
  description: 'A ticket of each issue that is opened; other news of issues end at the first step.',
  event: 'issues',
  graph: {
    nodes: [
      { id: 'only-opened', componentId: 'filter', function: 'filter', fields: { expression: 'action = "opened"' } },
      {
        id: 'ticket',
        componentId: 'jsonata',
        function: 'transform',
        fields: {
          expression: `{
  "key": $uppercase(repository.name) & "-" & issue.number,
  "title": issue.title,
  "text": issue.body,
  "labels": [issue.labels.name],
  "reporter": issue.user.login,
  "link": issue.html_url,
  "delivery": $message.headers."x-github-delivery"
}`,
        },
      },
    ],
    edges: [{ source: 'only-opened', target: 'ticket' }],
  },
}

const pushes: DemoFlowInput = {
  name: 'GitHub pushes to a change log',
  description: 'A line of each commit that is pushed; tags have no commits.',
  event: 'push',
  graph: {
    nodes: [
      {
        id: 'each-commit',
        componentId: 'split',
        function: 'split',
        fields: {
          expression: `(
  $repository := repository.full_name;
  $branch := $replace(ref, "refs/heads/", "");
  commits.{ "repository": $repository, "branch": $branch, "id": id, "message": message, "author": author.name, "at": timestamp }
)`,
        },
      },
      {
        id: 'line',
        componentId: 'jsonata',
        function: 'transform',
        fields: {
          expression: `{
  "line": $substring(at, 0, 10) & "  " & repository & " (" & branch & "): " & message & ", by " & author & " in " & $substring(id, 0, 7)
}`,
        },
      },
    ],
    edges: [{ source: 'each-commit', target: 'line' }],
  },
}

/** The flows of the demo. No step needs the network. */
export const flows: readonly DemoFlowInput[] = [issues, pushes]
