import { Worker } from 'node:worker_threads'

/**
 * A thread that sleeps until each moment and then says so: timers of the event loop come late by up to a millisecond, and a loop that looks at the clock
 * would use up a core that is measured.
 */
const program = `
  const { parentPort, workerData } = require('node:worker_threads')
  const { began, perSecond, total } = workerData
  const cell = new Int32Array(new SharedArrayBuffer(4))
  for (let n = 0; n < total; n += 1) {
    const waitMs = (began + (n * 1e6) / perSecond - Number(process.hrtime.bigint()) / 1000) / 1000
    if (waitMs > 0) Atomics.wait(cell, 0, 0, waitMs)
    parentPort.postMessage(n)
  }`

/** A number of moments at equal distances. */
export interface Pace {
  /** The first moment, by `nowMicros`. */
  readonly began: number
  readonly perSecond: number
  readonly total: number
}

/** Calls back at each moment, with its number from 0; never before it. Resolves after the last call. */
export async function keepPace(pace: Pace, onDue: (n: number) => void): Promise<void> {
  const thread = new Worker(program, { eval: true, workerData: pace })
  await new Promise<void>((resolve, reject) => {
    thread.on('message', onDue)
    thread.on('error', reject)
    thread.on('exit', () => resolve())
  })
}
