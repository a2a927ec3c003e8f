import type { Delivery } from './deliveries.ts'
import { DemoError, type HubCall } from './hub-call.ts'
import { createLife } from './life.ts'
import type { Demo } from './load.ts'
import { pause } from './pause.ts'
import { randomDeliveryId } from './random-text.ts'

/** What is to happen, and for how long. */
export interface TrafficOptions {
  readonly demo: Pick<Demo, 'users' | 'flows'>
  readonly deliveries: readonly Delivery[]
  /** A delivery for each; what happens beside it may make them longer. */
  readonly seconds: number
  /** Ends the traffic early; what is under way is finished. */
  readonly signal?: AbortSignal
  readonly onProgress: (text: string) => void
  /** After each delivery. */
  readonly onCount?: (count: TrafficCount) => void
}

/** Deliveries so far. */
export interface TrafficCount {
  /** Answered with 200: they are on their way through a flow. */
  readonly accepted: number
  /** Somebody has stopped the flow, for example. */
  readonly refused: number
}

/**
 * Sends GitHub deliveries to the webhooks, one a second, and lets a hub's daily life happen beside it. What the hub refuses is told
 * and counted; rejects only when it does not answer.
 */
export async function runTraffic(call: HubCall, options: TrafficOptions): Promise<TrafficCount> {
  const { demo, deliveries, seconds, signal, onProgress, onCount } = options
  const live = createLife(call, demo, onProgress)
  let count: TrafficCount = { accepted: 0, refused: 0 }
  const begun = Date.now()
  for (let second = 0; second < seconds && !signal?.aborted; second += 1) {
    await pause(begun + second * 1_000 - Date.now(), signal)
    if (signal?.aborted) break
    const { accepted, refused } = count
    const isAccepted = await deliver(call, demo, deliveries[second % deliveries.length])
    count = isAccepted ? { accepted: accepted + 1, refused } : { accepted, refused: refused + 1 }
    onCount?.(count)
    await live(second).catch((error: unknown) => {
      if (!(error instanceof DemoError)) throw error
      onProgress(error.message)
    })
  }
  return count
}

async function deliver(
  call: HubCall,
  { flows }: Pick<Demo, 'flows'>,
  delivery: Delivery | undefined,
): Promise<boolean> {
  const flow = flows.find(({ event }) => event === delivery?.event)
  if (flow === undefined || delivery === undefined) return false
  const { status } = await call({
    method: 'POST',
    path: `/webhooks/hook/${flow.id}`,
    body: delivery.payload,
    headers: { 'x-github-event': delivery.event, 'x-github-delivery': randomDeliveryId() },
  })
  return status === 200
}
