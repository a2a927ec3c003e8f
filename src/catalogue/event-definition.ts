import { type Static, type TObject, type TProperties, Type } from 'typebox'
import { id } from './field.ts'
import { personalFields } from './personal.ts'

/** The services that own events, by the name in `headers.serviceName`. */
export const serviceNames = [
  'iam',
  'secret-service',
  'metadata-repository',
  'flow-repository',
  'component-orchestrator',
] as const
/** A service that owns events. */
export type ServiceName = (typeof serviceNames)[number]

/** What every payload may carry beside its own fields. The bus fills both in from the request's principal. */
const reserved = {
  user: Type.Optional(id('Who did it: the IAM id of the actor; absent if the system itself did')),
  tenant: Type.Optional(id('The IAM id of the tenant in which it occurred')),
}
type Reserved = typeof reserved

/** The payload's properties with the reserved ones; an event may redefine a reserved one, as to require it. */
type Fields<P extends TProperties> = { [K in keyof (Omit<Reserved, keyof P> & P)]: (Omit<Reserved, keyof P> & P)[K] }

/** One event of the catalogue. */
export interface EventDefinition<N extends string = string, P extends TProperties = TProperties> {
  /** The name on the wire, which is also the routing key. */
  readonly name: N
  /** The only service that publishes it. */
  readonly service: ServiceName
  /** What happened, in one sentence. */
  readonly summary: string
  /** The schema of `payload`; refuses unknown fields. */
  readonly payload: TObject<Fields<P>>
  /** The version of the payload schema, from 1. Raised when consumers of the former one would misread it. */
  readonly version: number
  /**
   * The payload field whose value is the ordering key: events with equal keys are delivered in order.
   * An event that lacks the field has no order among others.
   */
  readonly ordering: string
}

type ReadonlyDeep<T> = T extends readonly (infer E)[]
  ? readonly ReadonlyDeep<E>[]
  : T extends object
    ? { readonly [K in keyof T]: ReadonlyDeep<T[K]> }
    : T

/** The type of a definition's payload, readonly throughout so that frozen and literal values fit. */
export type PayloadOfDefinition<D> = D extends { payload: infer S extends TObject } ? ReadonlyDeep<Static<S>> : never

/** What `defineEvent` is told. */
interface EventOptions<N extends string, P extends TProperties> {
  name: N
  service: ServiceName
  summary: string
  /** The event's own fields; `user` and `tenant` are added. */
  payload: P
  /** Default 1. */
  version?: number
  /** Default `id`. */
  ordering?: keyof P & string
  /** Further keywords of the payload schema, for rules between fields. */
  rules?: Readonly<Record<string, unknown>>
}

/** Defines an event. Throws when a field it refers to, for ordering or as a person's id, is not in the payload. */
export function defineEvent<const N extends string, P extends TProperties>(
  options: EventOptions<N, P>,
): EventDefinition<N, P> {
  const { name, service, summary, version = 1, ordering = 'id', rules } = options
  // The spread has just these fields; the compiler cannot reduce `Omit` over a type parameter.
  const fields = { ...reserved, ...options.payload } as unknown as Fields<P>
  const payload = Type.Object(fields, { ...rules, additionalProperties: false })
  const persons = personalFields({ payload }).map((field) => field.personField)
  for (const field of [ordering, ...persons]) {
    if (!Object.hasOwn(fields, field)) {
      throw new Error(`Cannot define event "${name}" as the field "${field}" must be in its payload`)
    }
  }
  return { name, service, summary, payload, version, ordering }
}
