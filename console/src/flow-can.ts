import type { FlowStatus } from './api/queries.ts'

/** Whether something may be done now; if not, why, in a sentence for people. */
export type Leave = { readonly may: true } | { readonly may: false; readonly reason: string }

const yes: Leave = { may: true }
const no = (reason: string): Leave => ({ may: false, reason })

/** The one table of what may be done with a flow in which status. */
const table: Record<FlowStatus, { readonly start: Leave; readonly stop: Leave; readonly receive: Leave }> = {
  inactive: { start: yes, stop: no('It is not running'), receive: no('Start the flow first: its webhook answers 404') },
  starting: { start: no('It is starting'), stop: yes, receive: no('It is starting: wait until it is active') },
  active: { start: no('It is active already'), stop: yes, receive: yes },
  stopping: { start: no('Wait until it is inactive'), stop: no('It is stopping'), receive: no('It is stopping') },
}

type Permissions = { readonly permissions: readonly string[] }

function allowed({ permissions }: Permissions, permission: string): Leave {
  const has = ['all', 'tenant.all', permission].some((name) => permissions.includes(name))
  return has ? yes : no(`You lack the permission "${permission}"`)
}

/** What a person may do with a flow: both the status and the permissions must allow it. */
export const flowCan = {
  start: (flow: { status: FlowStatus }, me: Permissions): Leave => {
    const leave = allowed(me, 'flows.control')
    return leave.may ? table[flow.status].start : leave
  },
  stop: (flow: { status: FlowStatus }, me: Permissions): Leave => {
    const leave = allowed(me, 'flows.control')
    return leave.may ? table[flow.status].stop : leave
  },
  receive: (flow: { status: FlowStatus }): Leave => table[flow.status].receive,
}
