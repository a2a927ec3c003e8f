import type { Writable } from 'node:stream'

/** A signal that comes with the first Ctrl-C or SIGTERM of this process. The second one ends the process at once. */
export function interruption(stderr: Writable): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130)
      stderr.write('Stopping … (once more to end at once)\n')
      controller.abort()
    })
  }
  return controller.signal
}
