import type { FlowStatus } from './api/queries.ts'
import { type Actor, allOf, type Leave, no, within, yes } from './leave.ts'

/** The one table of what may be done with a flow in which status. */
const table: Record<FlowStatus, { readonly start: Leave; readonly stop: Leave; readonly receive: Leave }> = {
  inactive: { start: yes, stop: no('It is not running'), receive: no('Start the flow first: its webhook answers 404') },
  starting: { start: no('It is starting'), stop: yes, receive: no('It is starting: wait until it is active') },
  active: { start: no('It is active already'), stop: yes, receive: yes },
  stopping: { start: no('Wait until it is inactive'), stop: no('It is stopping'), receive: no('It is stopping') },
}

type Flow = { readonly status: FlowStatus }
type Me = Pick<Actor, 'permissions'>

/** What a person may do with a flow: both the permissions and the status must allow it. */
export const flowCan = {
  start: ({ status }: Flow, me: Me): Leave => allOf(within(me, 'flows.control'), table[status].start),
  stop: ({ status }: Flow, me: Me): Leave => allOf(within(me, 'flows.control'), table[status].stop),
  receive: ({ status }: Flow): Leave => table[status].receive,
}
