import { type TProperties, Type } from 'typebox'

/** An IAM id or the id of any other thing of the hub. */
export const id = (description: string) => Type.String({ format: 'uuid', description })

/** Any text but an empty one. */
export const text = (description: string) => Type.String({ minLength: 1, description })

/** A moment, ISO 8601 with time zone. */
export const moment = (description: string) => Type.String({ format: 'date-time', description })

/** One of the given words. */
export const oneOf = <W extends string[]>(words: readonly [...W], description: string) =>
  Type.Enum<W>(words, { description })

/** A whole number from 1. */
export const ordinal = (description: string) => Type.Integer({ minimum: 1, description })

/** True or false. */
export const flag = (description: string) => Type.Boolean({ description })

/** Ids, each once, in no order. */
export const ids = (description: string) =>
  Type.Array(Type.String({ format: 'uuid' }), { uniqueItems: true, description })

/** Words, each once, in no order. */
export const words = (description: string) =>
  Type.Array(Type.String({ minLength: 1 }), { uniqueItems: true, description })

/** Whether an owner is a person or a whole tenant. */
export const ownerType = () => oneOf(['USER', 'TENANT'], 'What the owner is')

/** Those who own a thing: people and whole tenants. */
export const owners = (description: string) =>
  Type.Array(Type.Object({ id: id('The owner'), type: ownerType() }, { additionalProperties: false }), { description })

/** The tenant that a thing belongs to. `payload.tenant` is the one of the actor, and may be another. */
export const tenantId = (description = 'The tenant it belongs to; absent if it belongs to none') =>
  Type.Optional(id(description))

/** The two names for the flow's id, which always have the same value. */
export const flowIds = () => ({
  id: id('The flow'),
  flowId: id('The flow: the same value as `id`'),
})

/**
 * The fields of every `…modified` event. `recorded` are the fields whose values may be told: none that is personal or secret,
 * and none that may hold credentials, as addresses, graphs and settings do. All others appear in `changed` by name alone.
 */
export function change<P extends TProperties>(recorded: P) {
  const values = (description: string) =>
    Type.Optional(Type.Partial(Type.Object(recorded), { additionalProperties: false, description }))
  return {
    changed: Type.Array(Type.String({ pattern: '^[\\w.[\\]-]{1,200}$' }), {
      uniqueItems: true,
      description: 'The names of all changed fields, never their values',
    }),
    before: values('The old values of those changed fields that are neither personal nor secret'),
    after: values('The new values of those changed fields that are neither personal nor secret'),
  }
}
