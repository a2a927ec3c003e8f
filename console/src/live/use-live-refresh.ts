import { type QueryKey, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { connectLive } from './live-connection.ts'
import { liveUrl } from './name-patterns.ts'

/** Events that come together, as those of a start do, cause one look. In milliseconds. */
const GATHER_MS = 100

/**
 * Looks at the data again whenever an event comes whose name fits; while the page is shown, as a browser keeps few connections to one
 * server for all its windows. Both arguments must stay the same objects. Without the permission to see events nothing happens:
 * queries look again by themselves, only later.
 */
export function useLiveRefresh(patterns: readonly string[], queryKey: QueryKey): void {
  const client = useQueryClient()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let close: (() => void) | undefined
    const refresh = () => {
      timer = undefined
      void client.invalidateQueries({ queryKey })
    }
    const listener = {
      onMessage: () => {
        timer ??= setTimeout(refresh, GATHER_MS)
      },
      onGap: refresh,
      onState: () => {},
    }
    const follow = () => {
      close?.()
      close = document.hidden ? undefined : connectLive(liveUrl(patterns, 0), listener)
    }
    follow()
    document.addEventListener('visibilitychange', follow)
    return () => {
      document.removeEventListener('visibilitychange', follow)
      clearTimeout(timer)
      close?.()
    }
  }, [client, patterns, queryKey])
}
