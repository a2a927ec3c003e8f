import { useRouter } from '@tanstack/react-router'
import { type MouseEvent, memo, useCallback } from 'react'
import { type LiveEvent, textIn } from '../../live/live-event.ts'
import { pathTo } from '../../path-builder.ts'
import { moveByArrows } from '../../ui/arrow-keys.ts'
import { ClockTime } from '../../ui/moment.tsx'
import { shortId } from '../../ui/short-id.tsx'

interface EventListProps {
  readonly events: readonly LiveEvent[]
  readonly chosenId: string | undefined
  readonly names: string
  readonly onChoose: (id: string) => void
  /** Events shown. */
  readonly most: number
}

/** The events, the latest first. Rows are plain links: five hundred of the router's would each hear of every change of the address. */
export function EventList({ events, chosenId, names, onChoose, most }: EventListProps) {
  const router = useRouter()
  const hrefOf = useCallback(
    (event: string) => router.buildLocation(pathTo.live({ ...(names && { names }), event })).href,
    [router, names],
  )
  const onClick = (event: MouseEvent) => {
    const id = (event.target as Element).closest<HTMLElement>('[data-row]')?.dataset.row
    if (id === undefined || event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    onChoose(id)
  }
  return (
    <section className="event-list" aria-label="Events">
      <ol onClick={onClick} onKeyDown={moveByArrows}>
        {events.map((event) => (
          <EventRow key={event.id} event={event} isChosen={event.id === chosenId} hrefOf={hrefOf} />
        ))}
      </ol>
      {events.length >= most && <p className="faint">The latest {most} are shown. The audit log has all.</p>}
    </section>
  )
}

interface EventRowProps {
  readonly event: LiveEvent
  readonly isChosen: boolean
  readonly hrefOf: (id: string) => string
}

const EventRow = memo(function EventRow({ event: { id, event }, isChosen, hrefOf }: EventRowProps) {
  const { headers, payload } = event
  const createdAt = textIn(headers, 'createdAt')
  const subject = textIn(payload, 'name') ?? textIn(payload, 'username') ?? textIn(payload, 'id')
  return (
    <li>
      <a href={hrefOf(id)} data-row={id} aria-current={isChosen || undefined}>
        {createdAt ? <ClockTime at={createdAt} /> : <span />}
        <span className="event-name">{textIn(headers, 'name') ?? 'Unnamed event'}</span>
        <span className="faint clip">{subject === undefined ? '' : shortId(subject)}</span>
        <span className="faint clip service">{textIn(headers, 'serviceName')}</span>
      </a>
    </li>
  )
})
