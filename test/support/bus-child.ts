// A process with a bus of its own, for tests that freeze or kill one. Says "sequencing" on its output when it gives the positions,
// "idle" when it does no longer. Ends with its input.
//   node test/support/bus-child.ts <database address>

import { createEventBus } from '../../src/event-bus/bus.ts'
import { createMembership } from '../../src/lib/membership.ts'
import { APP_ROLE } from '../../src/lib/migrate.ts'
import { createDatabase } from '../../src/lib/postgres.ts'

const [url = ''] = process.argv.slice(2)
const db = createDatabase({ url, role: APP_ROLE })
const membership = createMembership({ db, lifetimeMs: 1_000 })
const bus = createEventBus({ db, membership, lookEveryMs: 50 })
await membership.start()
await bus.start()

let said = false
const reporter = setInterval(() => {
  const { sequencing } = bus.state()
  if (sequencing !== said) console.log(sequencing ? 'sequencing' : 'idle')
  said = sequencing
}, 10)

process.stdin.resume().on('end', async () => {
  clearInterval(reporter)
  await bus.stop()
  await membership.stop()
  await db.close()
})
