import { useEffect, useState } from 'react'
import { CheckIcon, CopyIcon } from './icons.tsx'

/** Long enough to be seen. */
const DONE_MS = 1_500

/** Puts a text into the clipboard. `what` completes "Copy …" for those who hear the page. */
export function CopyButton({ text, what, label }: { text: string; what: string; label?: string }) {
  const [isDone, setDone] = useState(false)
  useEffect(() => {
    if (!isDone) return
    const timer = setTimeout(() => setDone(false), DONE_MS)
    return () => clearTimeout(timer)
  }, [isDone])
  const copy = async () => {
    await writeClipboard(text)
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

/** Browsers keep the clipboard from pages that came over plain HTTP; there the old way is left. */
async function writeClipboard(text: string): Promise<void> {
  if (isSecureContext) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}
