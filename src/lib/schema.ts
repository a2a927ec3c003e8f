import { Type } from 'typebox'

/** The id of a thing of the hub. */
export const Id = Type.String({ format: 'uuid' })

/** A moment, ISO 8601 with time zone. */
export const Moment = Type.String({ format: 'date-time' })
