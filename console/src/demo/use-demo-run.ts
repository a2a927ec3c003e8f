import { useSyncExternalStore } from 'react'
import { type DemoRun, demoRun } from './demo-run.ts'

/** How the demo of this page stands. */
export function useDemoRun(): DemoRun {
  return useSyncExternalStore(demoRun.watch, demoRun.state)
}
