import { setTimeout as sleep } from 'node:timers/promises'
import { type Dispatcher, Pool } from 'undici'
import type { CreateRole } from '../harness/role.ts'
import { type Delivery, issueDeliveries } from './delivery.ts'
import type { LoadPlan, LoadRecord } from './load-plan.ts'
import { monotonicNow } from './monotonic-clock.ts'

const ANSWER_MS = 60_000

/** The load generator, a process of its own. `load` carries out a plan and gives the record of it. */
export const createRole: CreateRole<null> = async () => {
  const deliveries = issueDeliveries()
  return {
    commands: { load: (plan: LoadPlan) => carryOut(plan, deliveries) },
    stop: async () => undefined,
  }
}

/** Sends delivery number `id`; settles when it is answered, never rejects. */
type Send = (id: number, intendedAt: number) => Promise<void>

async function carryOut(plan: LoadPlan, deliveries: readonly Delivery[]): Promise<LoadRecord> {
  const { origin, pathname } = new URL(plan.hookUrl)
  const pool = new Pool(origin, { connections: plan.connections, headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS })
  const sentAt: number[] = []
  const acceptedAt: number[] = []
  const refusals: Record<string, number> = {}

  const send: Send = (id, intendedAt) => {
    const { event, body } = deliveries[id % deliveries.length] as Delivery
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/2d7c6f5',
      'x-github-event': event,
      'x-github-delivery': String(id),
    }
    sentAt[id] = intendedAt
    return new Promise((resolve) => {
      const settle = (answer: string) => {
        acceptedAt[id] = answer === '200' ? monotonicNow() : Number.NaN
        if (answer !== '200') refusals[answer] = (refusals[answer] ?? 0) + 1
        resolve()
      }
      pool.dispatch({ method: 'POST', path: pathname, headers, body }, answerHandler(settle))
    })
  }
  const loads = { closed: closedLoad, open: openLoad, once: () => sendEachOnce(send, deliveries.length) }
  await loads[plan.kind](plan, send)
  await pool.close()
  return { sentAt: Float64Array.from(sentAt), acceptedAt: Float64Array.from(acceptedAt), refusals }
}

/** Handlers cost a third of what undici's `request` does. */
function answerHandler(settle: (answer: string) => void): Dispatcher.DispatchHandler {
  let status = 0
  return {
    onRequestStart() {},
    onResponseStart(_controller, code) {
      status = code
    },
    onResponseData() {},
    onResponseEnd: () => settle(String(status)),
    onResponseError: (_controller, error) => settle((error as { code?: string }).code ?? error.message),
  }
}

async function closedLoad({ connections, seconds }: LoadPlan, send: Send): Promise<void> {
  const until = monotonicNow() + seconds * 1e3
  let next = 0
  const connection = async () => {
    while (monotonicNow() < until) {
      const id = next
      next += 1
      await send(id, monotonicNow())
    }
  }
  await Promise.all(Array.from({ length: connections }, connection))
}

/** Each turn of the timer sends what has become due meanwhile. */
async function openLoad({ seconds, rate = 1 }: LoadPlan, send: Send): Promise<void> {
  const begin = monotonicNow()
  const count = Math.round(seconds * rate)
  const pending: Promise<void>[] = []
  while (pending.length < count) {
    const due = Math.min(count, Math.floor(((monotonicNow() - begin) / 1e3) * rate) + 1)
    while (pending.length < due) pending.push(send(pending.length, begin + (pending.length / rate) * 1e3))
    await sleep(1)
  }
  await Promise.all(pending)
}

async function sendEachOnce(send: Send, count: number): Promise<void> {
  for (let id = 0; id < count; id += 1) await send(id, monotonicNow())
}
