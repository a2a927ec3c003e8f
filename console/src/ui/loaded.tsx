import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { PageHead } from './page-head.tsx'
import { ProblemNotice } from './problem-notice.tsx'

interface LoadedProps<T> {
  readonly query: UseQueryResult<T>
  /** Of the page, for as long as only what is found knows a better one. */
  readonly title?: string
  readonly children: (data: T) => ReactNode
}

/** Shows what a query found. While there is nothing yet it says so; a failure stands above what was found before. */
export function Loaded<T>({ query, title, children }: LoadedProps<T>) {
  const { data, error, refetch } = query
  return (
    <>
      {title && data === undefined && <PageHead title={title} />}
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined ? !error && <p className="loading">Loading …</p> : children(data)}
    </>
  )
}
