import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useCallback, useEffect } from 'react'
import { isSignedOut, type Problem } from '../../api/problem.ts'
import { auditEntryQuery, catalogueQuery, meQuery } from '../../api/queries.ts'
import { DemoOffer } from '../../demo/demo-offer.tsx'
import { MOST_EVENTS } from '../../live/live-feed.ts'
import { useLiveFeed } from '../../live/use-live-feed.ts'
import { pathTo } from '../../path-builder.ts'
import { CommandLines, EmptyState } from '../../ui/empty-state.tsx'
import { FilterField } from '../../ui/filter-field.tsx'
import { PauseIcon, PlayIcon } from '../../ui/icons.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { EventDetail } from './live-detail.tsx'
import { EventList } from './live-list.tsx'

const route = getRouteApi('/inside/live')

/** Events as they happen. */
export function LivePage() {
  const { names = '', event: chosenId } = route.useSearch()
  const navigate = useNavigate()
  const catalogue = useQuery(catalogueQuery)
  const feed = useLiveFeed(names)
  useSessionCheck(feed.problem)
  const chosen = feed.events.find(({ id }) => id === chosenId)
  const filter = useCallback(
    (typed: string) => void navigate({ ...pathTo.live({ ...(typed && { names: typed }) }), replace: true }),
    [navigate],
  )
  const choose = useCallback(
    (event?: string) => void navigate(pathTo.live({ ...(names && { names }), ...(event && { event }) })),
    [navigate, names],
  )
  return (
    <div className="page tall">
      <PageHead title="Live events" beside={<Connection state={feed.connection} />}>
        <button
          type="button"
          className="button"
          aria-pressed={feed.isPaused}
          onClick={() => feed.pause(!feed.isPaused)}
        >
          {feed.isPaused ? <PlayIcon /> : <PauseIcon />}
          {feed.isPaused
            ? `Resume${feed.waiting > 0 ? `, ${feed.waiting.toLocaleString('en')} waiting` : ''}`
            : 'Pause'}
        </button>
      </PageHead>
      <div className="filters">
        <FilterField
          label="Names"
          value={names}
          onChange={filter}
          placeholder="flow.#  iam.user.*"
          suggestions={catalogue.data?.data.map(({ name }) => name) ?? []}
          hint="* is one word, # any number; several separated by spaces"
          isMain
        />
      </div>
      <DemoOffer />
      {feed.problem && <ProblemNotice error={feed.problem} />}
      {feed.gap && (
        <p className="notice">Some events were missed while the connection was away. The audit log has them.</p>
      )}
      {feed.events.length === 0 && !chosenId ? (
        <Nothing isFiltered={names !== ''} isOpen={feed.connection === 'open'} />
      ) : (
        <div className="split" data-detail={chosenId !== undefined}>
          <EventList events={feed.events} chosenId={chosenId} names={names} onChoose={choose} most={MOST_EVENTS} />
          {chosenId !== undefined &&
            (chosen ? (
              <EventDetail event={chosen} onClose={() => choose()} />
            ) : (
              <EarlierEvent id={chosenId} onClose={() => choose()} />
            ))}
        </div>
      )}
    </div>
  )
}

/** The stream is often the first to hear that a session has ended. */
function useSessionCheck(problem: Problem | undefined) {
  const client = useQueryClient()
  useEffect(() => {
    if (isSignedOut(problem)) void client.invalidateQueries({ queryKey: meQuery.queryKey })
  }, [client, problem])
}

/** One that is no longer in the list, or never was. */
function EarlierEvent({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery(auditEntryQuery(id))
  return (
    <Loaded query={query}>
      {({ data: { headers, payload, ...entry } }) => (
        <EventDetail event={{ ...entry, position: undefined, event: { headers, payload } }} onClose={onClose} />
      )}
    </Loaded>
  )
}

const connectionTexts = {
  open: ['good', 'Live'],
  connecting: ['wait', 'Connecting …'],
  refused: ['bad', 'Not connected'],
} as const

function Connection({ state }: { state: keyof typeof connectionTexts }) {
  const [tone, text] = connectionTexts[state]
  return (
    <span className={`badge ${tone}`} role="status">
      {text}
    </span>
  )
}

function Nothing({ isFiltered, isOpen }: { isFiltered: boolean; isOpen: boolean }) {
  if (!isOpen) return <p className="loading">Connecting …</p>
  if (isFiltered) {
    return (
      <EmptyState title="No such event yet">
        <p>The newest events whose names fit appear here as soon as they happen.</p>
      </EmptyState>
    )
  }
  return (
    <EmptyState title="Nothing has happened yet">
      <p>Everything that happens is an event. Signing in once more is one, for example:</p>
      <CommandLines
        what="commands"
        text={`curl -s ${location.origin}/iam/login -H 'content-type: application/json' \\\n  -d '{"username": "nobody", "password": "a wrong one"}'`}
      />
    </EmptyState>
  )
}
