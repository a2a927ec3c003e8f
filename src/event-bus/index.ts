export { TerminalError } from '../lib/errors.ts'
export { createMembership, type Membership } from '../lib/membership.ts'
export { APP_ROLE, type Migrations, migrate, OWNER_ROLE } from '../lib/migrate.ts'
export { createDatabase, type Database, type DatabaseOptions, type Scope, type Tx } from '../lib/postgres.ts'
export {
  type BusState,
  createEventBus,
  type EventBus,
  type EventBusOptions,
} from './bus.ts'
export { type Cause, causedBy, currentCause } from './causation.ts'
export {
  type AnyEvent,
  type EventHeaders,
  type ExactJson,
  exactJson,
  type NewEvent,
  type PayloadMap,
  type ReceivedEvent,
} from './event.ts'
export { createHistory, type History, type HistoryPage, type Wanted } from './history.ts'
export type { Listening } from './listener.ts'
export { eventBusMigrations } from './migrations.ts'
export { isPattern, matcher } from './pattern.ts'
export type { PayloadCheck } from './publisher.ts'
export type { HandlerContext, ServiceBus, SubscribeOptions } from './service-bus.ts'
export { createTally, type Tally, type TallyOptions, type TallyRow } from './tally.ts'
