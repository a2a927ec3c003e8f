/**
 * Deliveries about a repository go on; of each, a few facts go to the target. `$message` is the whole message, with the headers of the
 * webhook call.
 */
export const firstFlow = (targetUrl: string) => ({
  name: 'GitHub to ticket system',
  graph: {
    nodes: [
      {
        id: 'only-repositories',
        componentId: 'filter',
        function: 'filter',
        fields: { expression: '$exists(repository)' },
      },
      {
        id: 'map',
        componentId: 'jsonata',
        function: 'transform',
        fields: {
          expression: `{
            "delivery": $message.headers."x-github-delivery",
            "event": $message.headers."x-github-event",
            "title": $uppercase(repository.name) & (action ? ": " & action : ""),
            "repository": repository.full_name,
            "by": sender.login
          }`,
        },
      },
      {
        id: 'send',
        componentId: 'http-request',
        function: 'request',
        fields: { method: 'POST', url: targetUrl },
      },
    ],
    edges: [
      { source: 'only-repositories', target: 'map' },
      { source: 'map', target: 'send' },
    ],
  },
})
