import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { flowsQuery, meQuery } from '../api/queries.ts'
import { demoRun } from './demo-run.ts'
import { useDemoRun } from './use-demo-run.ts'

/** Offers to load the demo: on a hub without flows, to those who may do so. Otherwise nothing. */
export function DemoOffer() {
  const { data: me } = useSuspenseQuery(meQuery)
  const flows = useQuery({ ...flowsQuery({}), enabled: me.isAdmin })
  const { phase, delivered } = useDemoRun()
  if (!me.isAdmin || flows.data?.meta.total !== 0 || phase !== 'none' || delivered !== undefined) return null
  return (
    <section className="notice" aria-label="Demo">
      <p>
        <strong>This hub is empty.</strong> The demo fills it: a tenant, users, two flows, and two minutes of GitHub
        deliveries.
      </p>
      <button type="button" className="button primary" onClick={() => void demoRun.load()}>
        Load the demo
      </button>
    </section>
  )
}
