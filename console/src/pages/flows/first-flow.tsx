import { useSuspenseQuery } from '@tanstack/react-query'
import { meQuery } from '../../api/queries.ts'
import { DemoOffer } from '../../demo/demo-offer.tsx'
import { CommandLines, EmptyState } from '../../ui/empty-state.tsx'

const flow = `{
  "name": "first flow", "graph": { "nodes": [
    { "id": "map", "componentId": "jsonata", "function": "transform",
      "fields": { "expression": "{ \\"key\\": id, \\"title\\": $uppercase(title) }" } } ] } }`

/** What to do where there is no flow yet: lines that make one. */
export function FirstFlow() {
  const { data: me } = useSuspenseQuery(meQuery)
  const hub = location.origin
  const create = `printf 'Password of ${me.username}: '; read -rs PASSWORD; echo
TOKEN=$(curl -s ${hub}/iam/login -H 'content-type: application/json' \\
  -d "{\\"username\\": \\"${me.username}\\", \\"password\\": \\"$PASSWORD\\"}" | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')
curl -s ${hub}/flow-repository/flows -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -d '${flow}'`
  return (
    <>
      <DemoOffer />
      <EmptyState title="No flow yet">
        <p>
          A flow takes something in, at its webhook for example, and carries it from step to step. These lines make a
          small one; it appears here, can be started, and has a webhook to send to:
        </p>
        <CommandLines text={create} what="commands" />
        <p>
          What a flow may say is described in the <a href="/docs">API documentation</a>.
        </p>
      </EmptyState>
    </>
  )
}
