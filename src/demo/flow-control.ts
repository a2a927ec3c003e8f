import { DemoError, demand, type HubCall } from './hub-call.ts'
import { pause } from './pause.ts'

type FlowRef = { readonly id: string; readonly name: string }

/** How a flow stands once nothing is under way. */
export interface Settled {
  readonly status: 'inactive' | 'active'
  /** Why the last start came to nothing. */
  readonly failure?: string
}

/** Milliseconds between two looks at a flow that is about to change, and how long that may take at most. */
const LOOK_MS = 100
const LONGEST_MS = 90_000

/** Asks for a start or a stop; without a token as whoever loads the demo. Throws a `DemoError` where the hub refuses. */
export async function control(
  call: HubCall,
  { id, name }: FlowRef,
  action: 'start' | 'stop',
  token?: string,
): Promise<void> {
  const path = `/flow-repository/flows/${id}/${action}`
  await demand(call, `${action} flow "${name}"`, { method: 'POST', path, ...(token !== undefined && { token }) })
}

/** Waits until the flow is neither starting nor stopping. Throws a `DemoError` when that takes longer than a minute and a half. */
export async function settled(call: HubCall, { id, name }: FlowRef, token?: string): Promise<Settled> {
  const deadline = Date.now() + LONGEST_MS
  const request = {
    method: 'GET',
    path: `/flow-repository/flows/${id}`,
    ...(token !== undefined && { token }),
  } as const
  for (;;) {
    type Answer = { data: { status: 'inactive' | 'starting' | 'active' | 'stopping'; failure?: string } }
    const { data } = await demand<Answer>(call, `look at flow "${name}"`, request)
    const { status, failure } = data
    if (status === 'active' || status === 'inactive') return { status, ...(failure !== undefined && { failure }) }
    if (Date.now() > deadline) {
      throw new DemoError(`Cannot wait any longer for flow "${name}": it is ${status} for ${LONGEST_MS / 1_000} s`)
    }
    await pause(LOOK_MS)
  }
}
