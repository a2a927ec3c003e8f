import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { pathTo } from '../path-builder.ts'
import { Fact, Facts } from './facts.tsx'
import { Moment } from './moment.tsx'

/** What is known about a thing, when it was made and changed, and the way to what has happened to it. */
export function Details({ of: { id, createdAt, updatedAt }, what, children }: DetailsProps) {
  return (
    <section className="card pad" aria-labelledby="details">
      <h2 id="details">Details</h2>
      <Facts>
        {children}
        <Fact name="Created">
          <Moment at={createdAt} />
        </Fact>
        <Fact name="Changed">
          <Moment at={updatedAt} />
        </Fact>
      </Facts>
      <p className="links">
        <Link {...pathTo.audit({ about: id })}>Audit log of this {what}</Link>
      </p>
    </section>
  )
}

interface DetailsProps {
  readonly of: { readonly id: string; readonly createdAt: string; readonly updatedAt: string }
  /** The word for such a thing: "secret". */
  readonly what: string
  /** A `Fact` each. */
  readonly children: ReactNode
}
