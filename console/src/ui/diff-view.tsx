import { useMemo } from 'react'
import { type DiffLine, type DiffPart, diffOf } from './line-diff.ts'

/** Lines that are shown; a browser lays out so many at once without a pause. */
const MOST_LINES = 3_000

/** How one text became another, line by line. */
export function DiffView({ before, after, label }: { before: string; after: string; label: string }) {
  const parts = useMemo(() => diffOf(before, after), [before, after])
  if (parts === undefined) return <p className="faint">They are too different to be compared line by line.</p>
  if (parts.length === 0) return <p className="faint">They are the same.</p>
  const shown = firstOf(parts)
  return (
    <section className="json diff" aria-label={label}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <pre tabIndex={0}>
        {shown.map((part) => (
          <Part key={part.after} part={part} />
        ))}
      </pre>
      {shown.length < parts.length && (
        <p className="faint">
          The first {shown.length} of {parts.length} places.
        </p>
      )}
    </section>
  )
}

/** The first one whole, as it is the least that helps. */
function firstOf(parts: readonly DiffPart[]): readonly DiffPart[] {
  let lines = 0
  return parts.filter((part, index) => {
    lines += part.lines.length
    return index === 0 || lines <= MOST_LINES
  })
}

function Part({ part: { before, after, lines } }: { part: DiffPart }) {
  return (
    <>
      <span className="diff-place">
        From line {before === after ? after : `${before}, now ${after}`}
        {'\n'}
      </span>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines never change their places
        <Line key={index} line={line} />
      ))}
    </>
  )
}

function Line({ line: { kind, text } }: { line: DiffLine }) {
  if (kind === 'added') return <ins>{`+ ${text}\n`}</ins>
  if (kind === 'removed') return <del>{`- ${text}\n`}</del>
  return <span>{`  ${text}\n`}</span>
}
