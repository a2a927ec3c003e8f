import { type QueryKey, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { connectLive } from './live-connection.ts'
import { liveUrl } from './name-patterns.ts'

/** Events that come together, as those of a start do, cause one look. In milliseconds. */
const GATHER_MS = 100

/**
 * Looks at the data again whenever an event comes whose name fits; while the page is shown. Both arguments must stay the same
 * objects. Without the permission to see events nothing happens: queries look again by themselves, only later.
 */
export function useLiveRefresh(patterns: readonly string[], queryKey: QueryKey): void {
  const client = useQueryClient()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const refresh = () => {
      timer = undefined
      void client.invalidateQueries({ queryKey })
    }
    const close = connectLive(liveUrl(patterns, 0), {
      onMessage: () => {
        timer ??= setTimeout(refresh, GATHER_MS)
      },
      onGap: refresh,
      onState: () => {},
    })
    return () => {
      clearTimeout(timer)
      close()
    }
  }, [client, patterns, queryKey])
}
