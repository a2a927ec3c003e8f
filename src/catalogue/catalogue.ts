import { componentOrchestratorEvents } from './component-orchestrator.ts'
import type { EventDefinition, PayloadOfDefinition } from './event-definition.ts'
import { flowRepositoryEvents } from './flow-repository.ts'
import { iamEvents } from './iam.ts'
import { metadataRepositoryEvents } from './metadata-repository.ts'
import { secretServiceEvents } from './secret-service.ts'

/** All definitions, in the order of the documentation. */
export const definitions = [
  ...iamEvents,
  ...secretServiceEvents,
  ...metadataRepositoryEvents,
  ...flowRepositoryEvents,
  ...componentOrchestratorEvents,
] as const

type Definition = (typeof definitions)[number]
type Catalogue = { readonly [D in Definition as D['name']]: D }

/** All events of the hub by name. */
// `fromEntries` forgets which name goes with which definition; the names are those of the definitions themselves.
/** Every event by its name. */
export const catalogue = Object.freeze(Object.fromEntries(definitions.map((each) => [each.name, each]))) as Catalogue

/** The name of an event of the hub. */
export type EventName = keyof Catalogue

/** The payload of the event of that name. */
export type PayloadOf<N extends EventName> = PayloadOfDefinition<Catalogue[N]>

/** All payloads by the name of their event: what a bus needs to know to check its publishers and handlers. */
export type Payloads = { readonly [N in EventName]: PayloadOf<N> }

/** Any event of the hub as it is on the wire, told apart by `headers.name`. */
export type CatalogueEvent<N extends EventName = EventName> = {
  [K in N]: {
    readonly headers: { readonly name: K; readonly serviceName: string; readonly createdAt: string }
    readonly payload: PayloadOf<K>
  }
}[N]

/** The definition of that name, or undefined for a name that is not the hub's own. */
export function findEvent<N extends EventName>(name: N): Catalogue[N]
export function findEvent(name: string): EventDefinition | undefined
export function findEvent(name: string): EventDefinition | undefined {
  return Object.hasOwn(catalogue, name) ? catalogue[name as EventName] : undefined
}
