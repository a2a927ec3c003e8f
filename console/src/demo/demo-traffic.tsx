import { demoRun } from './demo-run.ts'
import { useDemoRun } from './use-demo-run.ts'

/** That the demo is still at work in this window, and a way to end it. */
export function DemoTraffic() {
  const { delivered } = useDemoRun()
  if (delivered === undefined) return null
  return (
    <section className="demo-traffic" aria-label="Demo">
      <p>
        Demo: {delivered} GitHub {delivered === 1 ? 'delivery' : 'deliveries'}. Ends when this window closes.
      </p>
      <button type="button" className="button" onClick={() => demoRun.end()}>
        End the demo traffic
      </button>
    </section>
  )
}
