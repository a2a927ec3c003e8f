import { type NavigateOptions, useNavigate } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'

/** What the pages of lists and of things have in their addresses beside what is their own. */
interface Search {
  readonly page?: number
  readonly do?: string
}

/**
 * Ways to change what stands behind the question mark of a page: `change` leads to the first page of another list, `open` and `close` to and
 * from what is being done. `to` must stay the same function, or be memoised.
 */
export function usePageSearch<S extends object>(search: S & Search, to: (search: S) => object) {
  const navigate = useNavigate()
  const go = useCallback(
    (next: Partial<S>, replace: boolean) => {
      // What `path-builder.ts` gives is what can be navigated to.
      return navigate({ ...to(next as S), replace, resetScroll: false } as NavigateOptions)
    },
    [navigate, to],
  )
  return useMemo(() => {
    const { page: _page, do: _do, ...others } = search
    return {
      change: (changed: Partial<S>) => void go({ ...(others as Partial<S>), ...changed }, true),
      open: (what: S extends { do?: infer D } ? D & string : never, changed: Partial<S> = {}) =>
        void go({ ...(search as S), ...changed, do: what }, false),
      close: () => go({ ...(others as Partial<S>), ...('page' in search && { page: search.page }) }, true),
    }
  }, [go, search])
}
