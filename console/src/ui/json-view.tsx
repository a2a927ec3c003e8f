import { useMemo, useState } from 'react'
import { CopyButton } from './copy-button.tsx'

/** Characters shown at first; a browser lays out so many at once without a pause. */
const FIRST = 30_000
/** Characters up to which colours are worth their elements. */
const COLOURED = 30_000

const token = /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** A JSON value, indented. Of a large one the beginning, and more when asked. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  const text = useMemo(() => JSON.stringify(value, null, 2) ?? 'undefined', [value])
  return <TextView text={text} label={label} />
}

/** The same for a text, which is shown as it is. */
export function TextView({ text, label }: { text: string; label: string }) {
  const [limit, setLimit] = useState(FIRST)
  const shown = text.length > limit ? text.slice(0, limit) : text
  return (
    <section className="json" aria-label={label}>
      <div className="json-tools">
        <h3>{label}</h3>
        {text.length > FIRST && <span className="faint">{sizeText(text.length)}</span>}
        <CopyButton text={text} what={label.toLowerCase()} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <pre tabIndex={0}>{shown.length > COLOURED ? shown : coloured(shown)}</pre>
      {shown.length < text.length && (
        <button type="button" className="button quiet" onClick={() => setLimit(limit * 8)}>
          Show more: {sizeText(text.length - shown.length)} left
        </button>
      )}
    </section>
  )
}

function sizeText(characters: number): string {
  return characters < 1_024 ? `${characters} characters` : `${(characters / 1_024).toFixed(0)} KiB`
}

function coloured(text: string) {
  const parts = []
  let end = 0
  for (const match of text.matchAll(token)) {
    const [whole, string, colon] = match
    if (match.index > end) parts.push(text.slice(end, match.index))
    const kind = string === undefined ? 'literal' : colon === undefined ? 'string' : 'key'
    parts.push(
      <span key={match.index} className={`json-${kind}`}>
        {whole}
      </span>,
    )
    end = match.index + whole.length
  }
  return [...parts, text.slice(end)]
}
