import { isConnectionError } from '#lib/postgres'
import type { MessageCache } from './message-cache.ts'

import { hopsOf, type Successors } from './successors.ts'
import type { StepPlaces, StepTask } from './task.ts'

/** Tasks that are about to be inserted, and what they are about. */
export interface NewTasks {
  /** Their ids, those first that are to begin first. */
  readonly ids: readonly string[]
  /** So many of them take the place of tasks that the same commit ends. Default 0. */
  readonly ending?: number
  /** Messages that are inserted with them. */
  readonly messages: readonly { readonly id: string; readonly body: string }[]
  readonly successors: Successors
}

/** Inserts tasks so that those for which there is a place begin here at once, with their message at hand. */
export interface Placement {
  /** `insert` is told which are to begin and resolves to the tasks once they are committed. Resolves to the ids of those that began. */
  insert(tasks: NewTasks, insert: (begins: ReadonlySet<string>) => Promise<readonly StepTask[]>): Promise<Set<string>>
}

/** What placing takes. */
export interface PlacementOptions {
  readonly messages: MessageCache
  readonly places: StepPlaces
}

/** Creates it over the places of this member. */
export function createPlacement({ messages, places }: PlacementOptions): Placement {
  return {
    async insert({ ids, ending, messages: bodies, successors }, insert) {
      const reservation = places.reserve(ids, ending)
      const tasks = await insert(reservation.ids).catch((error: unknown) => {
        reservation.cancel(isConnectionError(error) ? 'unknown' : 'not-inserted')
        throw error
      })
      const isWritten = new Set(tasks.map(({ message_id }) => message_id))
      for (const { id, body } of bodies) if (isWritten.has(id)) messages.put(id, body)
      const hops = hopsOf(successors)
      const begun = tasks.filter(({ id }) => reservation.ids.has(id))
      reservation.begin(begun.map((task) => ({ ...task, hops: hops.get(task.id) ?? 0 })))
      if (begun.length < tasks.length) places.wake()
      return new Set(begun.map(({ id }) => id))
    },
  }
}
