import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router'
import { Problem } from '../api/problem.ts'
import { pathTo } from '../path-builder.ts'
import { PageHead } from '../ui/page-head.tsx'
import { ProblemNotice } from '../ui/problem-notice.tsx'

/** Where a page could not be shown: the hub's reason, or a fault of the console itself. */
export function FailedPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const retry = () => {
    reset()
    void router.invalidate()
  }
  const detail = error instanceof Error ? error.message : String(error)
  const shown = error instanceof Problem ? error : new Problem(0, { title: 'The console failed', detail })
  return (
    <div className="page">
      <PageHead title="Something went wrong" />
      <ProblemNotice error={shown} onRetry={retry} />
    </div>
  )
}

/** An address that leads nowhere. */
export function MissingPage() {
  return (
    <div className="page">
      <PageHead title="Page not found" />
      <p>
        There is no page at this address. <Link {...pathTo.live()}>See the live events</Link>
      </p>
    </div>
  )
}
