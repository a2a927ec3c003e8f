/** Milliseconds of the machine's monotonic clock: the same in every process, as a send and its arrival are told by different ones. */
export function monotonicNow(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}
