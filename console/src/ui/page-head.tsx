import type { ReactNode } from 'react'

/** The head of a page: its title, which is also the window's, what stands beside it, and actions at the right. */
export function PageHead({ title, beside, children }: { title: string; beside?: ReactNode; children?: ReactNode }) {
  return (
    <header className="page-head">
      <title>{`${title} · Open Integration Hub`}</title>
      <h1>{title}</h1>
      {beside}
      <div className="page-actions">{children}</div>
    </header>
  )
}
