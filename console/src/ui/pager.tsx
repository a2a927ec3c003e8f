interface PagerProps {
  readonly meta: {
    /** Default 1. */
    readonly page?: number
    readonly perPage: number
    readonly total: number
    readonly totalPages: number
  }
  readonly onPage: (page: number) => void
  /** What is listed, in the plural. */
  readonly things: string
  /** What leads back and on. */
  readonly ways: readonly [string, string]
}

/** Where in a long list one is, and the way on. */
export function Pager({ meta, onPage, things, ways }: PagerProps) {
  const { page = 1, perPage, total, totalPages } = meta
  const first = (page - 1) * perPage + 1
  const last = Math.min(page * perPage, total)
  const range = total > perPage ? `${first.toLocaleString('en')}–${last.toLocaleString('en')} of ` : ''
  return (
    <nav className="pager" aria-label="Pages">
      <span className="faint">
        {range}
        {total.toLocaleString('en')} {things}
      </span>
      {totalPages > 1 && (
        <>
          <button type="button" className="button quiet" disabled={page <= 1} onClick={() => onPage(page - 1)}>
            {ways[0]}
          </button>
          <button type="button" className="button quiet" disabled={page >= totalPages} onClick={() => onPage(page + 1)}>
            {ways[1]}
          </button>
        </>
      )}
    </nav>
  )
}
