import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { catalogueQuery } from '../../api/queries.ts'
import { textIn } from '../../live/live-event.ts'
import { pathTo } from '../../path-builder.ts'
import { CloseIcon } from '../../ui/icons.tsx'
import { JsonView } from '../../ui/json-view.tsx'
import { Moment } from '../../ui/moment.tsx'
import { ShortId } from '../../ui/short-id.tsx'

/** What of an event is shown, wherever it was found. */
export interface ShownEvent {
  readonly id: string
  readonly position: number | undefined
  readonly origin: string
  readonly correlationId?: string | null
  readonly causationId?: string | null
  readonly event: { readonly headers?: unknown; readonly payload?: unknown }
}

/** One event: what it says, what it is about, and where to go from it. */
export function EventDetail({ event: shown, onClose }: { event: ShownEvent; onClose: () => void }) {
  const { id, position, origin, correlationId, causationId, event } = shown
  const name = textIn(event.headers, 'name') ?? 'Unnamed event'
  const createdAt = textIn(event.headers, 'createdAt')
  const flowId = textIn(event.payload, 'flowId')
  const summary = useQuery(catalogueQuery).data?.data.find((each) => each.name === name)?.summary
  return (
    <article className="detail" aria-labelledby="event-name">
      <header>
        <h2 id="event-name">{name}</h2>
        <button type="button" className="icon-button" title="Close" onClick={onClose}>
          <CloseIcon />
          <span className="hidden">Close</span>
        </button>
      </header>
      {summary && <p>{summary}</p>}
      <p className="links">
        <Link {...pathTo.auditEntry(id)}>Audit entry</Link>
        {flowId && <Link {...pathTo.flow(flowId)}>Flow</Link>}
        {flowId && <Link {...pathTo.runs({ flow: flowId })}>Runs of the flow</Link>}
        <Link {...pathTo.catalogue({ event: name })}>Schema</Link>
        <Link {...pathTo.live({ names: name })}>Only this name</Link>
      </p>
      <dl className="facts">
        <dt>Happened</dt>
        <dd>{createdAt ? <Moment at={createdAt} /> : 'unknown'}</dd>
        <dt>Event</dt>
        <dd>
          <ShortId id={id} what="event id" />
        </dd>
        {position !== undefined && (
          <>
            <dt>Position</dt>
            <dd className="mono">{position}</dd>
          </>
        )}
        {causationId && (
          <>
            <dt>Caused by</dt>
            <dd>
              <Link {...pathTo.auditEntry(causationId)}>the event before</Link>
            </dd>
          </>
        )}
        {correlationId && correlationId !== causationId && (
          <>
            <dt>Began with</dt>
            <dd>
              <Link {...pathTo.auditEntry(correlationId)}>the first event of all</Link>
            </dd>
          </>
        )}
        {origin && (
          <>
            <dt>Origin</dt>
            <dd>{origin}</dd>
          </>
        )}
      </dl>
      <JsonView key={`payload ${id}`} label="Payload" value={event.payload} />
      <JsonView key={`headers ${id}`} label="Headers" value={event.headers} />
    </article>
  )
}
