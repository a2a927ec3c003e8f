import { useEffect, useState } from 'react'
import { CheckIcon, CopyIcon } from './icons.tsx'

/** Long enough to be seen. */
const DONE_MS = 1_500

/** Puts a text into the clipboard. `what` completes "Copy …" for those who hear the page. */
export function CopyButton({ text, what, label }: { text: string | (() => string); what: string; label?: string }) {
  const [isDone, setDone] = useState(false)
  useEffect(() => {
    if (!isDone) return
    const timer = setTimeout(() => setDone(false), DONE_MS)
    return () => clearTimeout(timer)
  }, [isDone])
  const copy = async () => {
    await navigator.clipboard.writeText(typeof text === 'string' ? text : text())
    setDone(true)
  }
  return (
    <button type="button" className={label ? 'button quiet' : 'icon-button'} title={`Copy ${what}`} onClick={copy}>
      {isDone ? <CheckIcon /> : <CopyIcon />}
      {label && <span>{isDone ? 'Copied' : label}</span>}
      {!label && <span className="hidden">{isDone ? 'Copied' : `Copy ${what}`}</span>}
    </button>
  )
}
