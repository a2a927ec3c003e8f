import type { DemoUser } from '../../../src/demo/report.ts'
import { browserCall } from './browser-call.ts'

/** Seconds in which things happen after the demo was loaded. */
export const TRAFFIC_SECONDS = 120

/** How the demo of this page stands. */
export interface DemoRun {
  /** `none` also once the dialog is closed. */
  readonly phase: 'none' | 'loading' | 'loaded' | 'failed'
  /** What was done, a sentence each. */
  readonly lines: readonly string[]
  /** With their passwords, until the dialog is closed. */
  readonly users: readonly DemoUser[]
  /** Whether all of it was there before. */
  readonly wasThere: boolean
  readonly error: unknown
  /** Deliveries that were taken in, while there are more to come. */
  readonly delivered: number | undefined
}

const none: DemoRun = { phase: 'none', lines: [], users: [], wasThere: false, error: undefined, delivered: undefined }

let state = none
const watchers = new Set<() => void>()
let traffic: AbortController | undefined

/** One for the whole page: it goes on when another place of the console is shown. */
export const demoRun = {
  state: () => state,
  watch(callback: () => void): () => void {
    watchers.add(callback)
    return () => watchers.delete(callback)
  },
  /** Loads the demo and lets things happen. Never rejects; while one is being loaded it does nothing. */
  async load(): Promise<void> {
    if (state.phase === 'loading') return
    traffic?.abort()
    const own = new AbortController()
    traffic = own
    // The passwords of an attempt that failed midway are still of use.
    change({ ...none, phase: 'loading', users: state.users })
    const tell = (changed: Partial<DemoRun>) => {
      if (!own.signal.aborted) change({ ...state, ...changed })
    }
    try {
      await run(own.signal, tell)
    } catch (error) {
      tell(demoRun.state().phase === 'loading' ? { phase: 'failed', error } : { delivered: undefined })
    }
  },
  /** Forgets the passwords; what happens goes on. */
  close: () => change({ ...none, delivered: state.delivered }),
  /** Ends what happens and forgets everything. */
  end() {
    traffic?.abort()
    change(none)
  },
}

async function run(signal: AbortSignal, tell: (changed: Partial<DemoRun>) => void): Promise<void> {
  // Few ever need it: it comes when it is wanted.
  const { loadDemo, runTraffic, deliveries } = await import('./demo-code.ts')
  const demo = await loadDemo(
    browserCall,
    {
      onProgress: (line) => tell({ lines: [...state.lines, line] }),
      onUser: (user) => tell({ users: [...state.users, user] }),
    },
    state.users,
  )
  tell({ phase: 'loaded', wasThere: demo.wasThere, delivered: 0 })
  await runTraffic(browserCall, {
    demo,
    deliveries,
    seconds: TRAFFIC_SECONDS,
    signal,
    onProgress: () => {},
    onCount: ({ accepted }) => tell({ delivered: accepted }),
  })
  tell({ delivered: undefined })
}

function change(next: DemoRun): void {
  state = next
  for (const watcher of [...watchers]) watcher()
}
