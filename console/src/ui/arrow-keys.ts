import type { KeyboardEvent } from 'react'

/** Up and down lead from one link marked `data-row` to the next, Home and End to the first and last. For the element around them. */
export function moveByArrows(event: KeyboardEvent<HTMLElement>): void {
  const all = event.currentTarget.querySelectorAll<HTMLElement>('[data-row]')
  // What lies in a closed folder cannot be reached.
  const rows = [...all].filter((row) => row.checkVisibility())
  const at = rows.indexOf(event.target as HTMLElement)
  if (at < 0) return
  const places: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }
  const next = rows[places[event.key] ?? -1]
  if (next === undefined) return
  event.preventDefault()
  next.focus()
}
