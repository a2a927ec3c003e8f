import type { ReactNode } from 'react'
import { CopyButton } from './copy-button.tsx'

/** Says why there is nothing, and what to do. */
export function EmptyState({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="empty">
      <h2>{title}</h2>
      {children}
    </section>
  )
}

/** Lines for a terminal. */
export function CommandLines({ text, what }: { text: string; what: string }) {
  return (
    <div className="commands">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <pre tabIndex={0}>{text}</pre>
      <CopyButton text={text} what={what} />
    </div>
  )
}
