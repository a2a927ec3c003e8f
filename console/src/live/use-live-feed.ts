import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { createLiveFeed, type FeedState } from './live-feed.ts'
import { namePatterns } from './name-patterns.ts'

/** The live list of events whose names fit what was typed; empty for all. Another text begins another list. */
export function useLiveFeed(typed: string): FeedState & { readonly pause: (isPaused: boolean) => void } {
  const feed = useMemo(() => createLiveFeed(namePatterns(typed)), [typed])
  useEffect(() => feed.open(), [feed])
  return { ...useSyncExternalStore(feed.subscribe, feed.state), pause: feed.pause }
}
