import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventRow } from './event.ts'
import { createLaneWindow, type Lane } from './lane-window.ts'

function row(position: number, bytes = 10): EventRow {
  return {
    position,
    event_id: `${position}`,
    name: 'n',
    origin: '',
    ordering_key: 'k',
    key_hash: 0,
    correlation_id: null,
    causation_id: null,
    traceparent: null,
    version: 1,
    body: 'x'.repeat(bytes),
  }
}

const rows = (from: number, to: number, bytes?: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => row(from + index, bytes))

/** A window that holds so many lanes. */
function setup(lanes: number) {
  const window = createLaneWindow(lanes)
  for (let lane = 0; lane < lanes; lane += 1) window.open({ lane, fence: 1, cursor: 0 })
  return { window, lanes: window.lanes() }
}

/** A lane of a window that has one. */
function setupOne() {
  const { window, lanes } = setup(1)
  // It was opened just now.
  return { window, lane: lanes[0] as Lane }
}

test('deal() gives no page where none is wanted, and no lane to two', () => {
  const { window, lanes } = setup(8)
  for (const lane of lanes) window.enqueue(lane, rows(1, 3), 3)
  assert.deepEqual(window.deal(0), [])
  assert.deepEqual(window.deal(-1), [])
  const pages = window.deal(3)
  assert.equal(pages.length, 3)
  assert.deepEqual(
    pages
      .flat()
      .map(({ lane }) => lane.lane)
      .toSorted(),
    [0, 1, 2, 3, 4, 5, 6, 7],
  )
})

test('deal() passes over lanes that are busy, held up or leaving', () => {
  const { window, lanes } = setup(4)
  for (const lane of lanes) window.enqueue(lane, rows(1, 1), 1)
  const [busy, heldUp, leaving, free] = lanes
  Object.assign(busy ?? {}, { busy: true })
  Object.assign(heldUp ?? {}, { heldUp: true })
  Object.assign(leaving ?? {}, { leaving: true })
  assert.deepEqual(
    window
      .deal(4)
      .flat()
      .map(({ lane }) => lane),
    [free],
  )
})

test('enqueue() leaves in the log what has no room, to be read again', () => {
  const { window, lane } = setupOne()
  window.enqueue(lane, rows(1, 3_000), 5_000)
  assert.equal(lane.queue.length, 2_000)
  assert.equal(lane.frontier, 2_000)
  assert.equal(window.nextGroup(5_000), undefined)
  window.finish({ lane, events: lane.queue.slice(0, 100) })
  assert.deepEqual(window.nextGroup(5_000), { lanes: [lane], after: 2_000, until: 5_000 })
  window.enqueue(lane, [], 5_000)
  assert.equal(lane.frontier, 5_000)
})

test('enqueue() takes 32 MiB over all lanes, and one event more for a lane that has none', () => {
  const { window, lanes } = setup(2)
  const [first, second] = lanes
  if (first === undefined || second === undefined) return assert.fail()
  window.enqueue(first, rows(1, 40, 1_048_576), 40)
  assert.equal(first.queue.length, 32)
  window.enqueue(second, rows(1, 40, 1_048_576), 40)
  assert.equal(second.queue.length, 1)
  window.drop(first)
  window.enqueue(second, rows(2, 40, 1_048_576), 40)
  assert.equal(second.queue.length, 32)
})

test('nextGroup() reads first for the lanes that are furthest behind, up to the next ones', () => {
  const { window, lanes } = setup(3)
  const [ahead, ...behind] = lanes
  if (ahead === undefined) return assert.fail()
  window.enqueue(ahead, [], 70)
  assert.deepEqual(window.nextGroup(100), { lanes: behind, after: 0, until: 70 })
  assert.deepEqual(window.nextGroup(50), { lanes: behind, after: 0, until: 50 })
})

test('shrink() drops lanes that rest, and lets busy ones leave when they do', () => {
  const { window, lanes } = setup(4)
  for (const lane of lanes.slice(0, 3)) lane.busy = true
  const [first, second, third, resting] = lanes
  assert.deepEqual(window.shrink(4), [])
  assert.deepEqual(window.shrink(2), [resting])
  const leaving = window.lanes().filter((lane) => lane.leaving)
  assert.equal(leaving.length, 1)
  for (const lane of leaving) lane.busy = false
  assert.deepEqual(window.shrink(2), leaving)
  assert.equal(window.lanes().length, 2)
  assert.deepEqual(
    window.lanes().map(({ leaving }) => leaving),
    [false, false],
  )
  assert.ok([first, second, third].includes(window.lanes()[0]))
})

test('holds() knows a lane that was taken anew for another', () => {
  const { window, lane } = setupOne()
  window.drop(lane)
  window.open({ lane: 0, fence: 2, cursor: 0 })
  assert.equal(window.holds(lane), false)
  assert.deepEqual(
    window.lanes().map((one) => window.holds(one)),
    [true],
  )
})
