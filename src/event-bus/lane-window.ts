import { type EventRow, type ReceivedEvent, toEvent } from './event.ts'
import type { LaneCursor, LaneLease } from './lane-store.ts'

/** A lane held by this process. */
export interface Lane {
  readonly lane: number
  readonly fence: number
  /** As stored. */
  cursor: number
  /** Everything up to here has been read: it waits in `queue` or was handled. */
  frontier: number
  /** Read and not handled yet, in order of position. */
  readonly queue: ReceivedEvent[]
  /** True while a page with events of this lane is being handled. */
  busy: boolean
  /** True while its first event, which failed, waits to be tried again. */
  heldUp: boolean
  /** Failures of its first event in a row. */
  failures: number
  /** True once it is to be handed to another process: it gets no more pages. */
  leaving: boolean
}

/** A run of events of one lane; the events of a page are one or more of these. */
export interface Slice {
  readonly lane: Lane
  readonly events: readonly ReceivedEvent[]
}

/** Lanes to read for together: all of them are wanted from the same position on. */
export interface ReadGroup {
  readonly lanes: readonly Lane[]
  readonly after: number
  readonly until: number
}

/** What waits in memory, over all lanes of a subscription in this process. A backlog stays in the log. */
export interface LaneWindow {
  lanes(): Lane[]
  open(lease: LaneLease): void
  /** False once the lane was dropped, even if it has been taken anew since. */
  holds(lane: Lane): boolean
  drop(lane: Lane): void
  /** Lets go of all but `share` lanes: resting ones are dropped and returned, busy ones leave as soon as they rest. */
  shrink(share: number): Lane[]
  /** The lanes with room that are furthest behind. A slow lane is read for alone, once it has room again. */
  nextGroup(head: number): ReadGroup | undefined
  /** Takes in what was read for a lane up to `through`; what has no room is to be read again. */
  enqueue(lane: Lane, rows: readonly EventRow[], through: number): void
  /** Deals the lanes that are free out to at most `pages` pages. */
  deal(pages: number): Slice[][]
  /** A slice is handled and its cursor stored. */
  finish(slice: Slice): void
  /** Cursors of lanes that have been read further than is stored, with nothing waiting. */
  unstored(): LaneCursor[]
}

/** Most events in memory over all lanes, and most bytes of their bodies. A lane may always hold one event. */
const WINDOW_EVENTS = 2_000
const WINDOW_BYTES = 32 * 1_048_576
/** Events in one transaction by default: enough to make the commit cheap, few enough to redo. */
const PAGE_EVENTS = 100

/** Creates an empty window for a subscription of so many lanes. */
export function createLaneWindow(laneCount: number, pageEvents = PAGE_EVENTS): LaneWindow {
  const held = new Map<number, Lane>()
  const room = Math.max(8, Math.floor(WINDOW_EVENTS / laneCount))
  let bytes = 0

  const hasRoom = ({ queue }: Lane) => queue.length === 0 || (queue.length < room && bytes < WINDOW_BYTES)

  function unqueue(lane: Lane, count: number): void {
    for (const { body } of lane.queue.splice(0, count)) bytes -= body.length
  }

  function drop(lane: Lane): void {
    if (held.get(lane.lane) === lane) held.delete(lane.lane)
    unqueue(lane, lane.queue.length)
  }

  return {
    lanes: () => [...held.values()],
    open({ lane, fence, cursor }) {
      const state = { busy: false, heldUp: false, failures: 0, leaving: false }
      held.set(lane, { lane, fence, cursor, frontier: cursor, queue: [], ...state })
    },
    holds: (lane) => held.get(lane.lane) === lane,
    drop,
    shrink(share) {
      const resting = (lane: Lane) => (lane.busy ? 1 : 0)
      const excess = [...held.values()].sort((a, b) => resting(a) - resting(b)).slice(0, Math.max(0, held.size - share))
      for (const lane of held.values()) lane.leaving = excess.includes(lane)
      const dropped = excess.filter(({ busy }) => !busy)
      for (const lane of dropped) drop(lane)
      return dropped
    },
    nextGroup(head) {
      const open = [...held.values()].filter((lane) => lane.frontier < head && !lane.leaving && hasRoom(lane))
      const after = Math.min(...open.map(({ frontier }) => frontier))
      const lanes = open.filter(({ frontier }) => frontier === after)
      const ahead = open.filter(({ frontier }) => frontier > after).map(({ frontier }) => frontier)
      return lanes.length === 0 ? undefined : { lanes, after, until: Math.min(head, ...ahead) }
    },
    enqueue(lane, rows, through) {
      for (const row of rows) {
        if (!hasRoom(lane)) return
        lane.queue.push(toEvent(row, { attempt: 1, replay: false }))
        bytes += row.body.length
        lane.frontier = row.position
      }
      lane.frontier = through
    },
    deal(pages) {
      const ready = [...held.values()].filter(
        ({ busy, heldUp, leaving, queue }) => !busy && !heldUp && !leaving && queue.length > 0,
      )
      const count = Math.min(pages, ready.length)
      if (count <= 0) return []
      const dealt = Map.groupBy(ready.entries(), ([index]) => index % count)
      return [...dealt.values()].map((some) => {
        const share = Math.max(1, Math.floor(pageEvents / some.length))
        return some.map(([, lane]) => ({ lane, events: lane.queue.slice(0, share) }))
      })
    },
    finish({ lane, events }) {
      lane.cursor = Math.max(lane.cursor, events.at(-1)?.position ?? 0)
      lane.failures = 0
      unqueue(lane, events.length)
    },
    unstored() {
      const idle = [...held.values()].filter(({ busy, queue }) => !busy && queue.length === 0)
      return idle
        .filter(({ cursor, frontier }) => cursor < frontier)
        .map(({ lane, fence, frontier }) => ({ lane, fence, cursor: frontier }))
    },
  }
}
