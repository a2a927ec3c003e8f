import type { Tally } from './tally.ts'
import type { Thing } from './thing.ts'

/** What a driver connects to. */
export interface DriverInput {
  /** The database of this run, with the rights of a superuser. */
  readonly url: string
  /** Connections for publishing or handling. */
  readonly connections: number
  /** Unique to the run: names for what lives outside of the database. */
  readonly name: string
  /** How it is to work; each driver knows its own. */
  readonly mode: Readonly<Record<string, string | number>>
}

/**
 * Something that carries things from publishers to subscribers, in one process. Every subscriber handles every thing once in effect: with a row in
 * table `effect`, counted in the tally once that row is committed.
 */
export interface Driver {
  /** Creates tables, queues and the like; in one process, before any other begins. */
  prepare(): Promise<void>
  /** Begins, with so many subscribers (named 1, 2, …); 0 in a process that only publishes. Resolves when they hear what is published from now on. */
  start(subscribers: number, tally: Tally): Promise<void>
  /** Resolves when all of them are durable: one as a user would publish one, several in one go. */
  publish(things: readonly Thing[]): Promise<void>
  stop(): Promise<void>
  /** Removes what lives outside of the database. */
  dispose?(): Promise<void>
}

/** What a driver's module exports as `createDriver`. */
export type CreateDriver = (input: DriverInput) => Driver
