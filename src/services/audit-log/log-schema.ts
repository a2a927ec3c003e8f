import { Type } from 'typebox'
import { Id, Moment } from '#lib/schema'

const OrNull = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) => Type.Union([schema, Type.Null()])

/** The format alone would let `urn:uuid:…` through, which PostgreSQL takes for no UUID. */
export const uuidText = (description: string) => Type.String({ format: 'uuid', description })

/** An entry as callers receive it. */
export const LogEntry = Type.Object({
  id: uuidText('The event'),
  index: Type.Integer({ description: 'Place among all entries, from 0, without gaps' }),
  number: Type.Integer({ description: 'Place among the entries of the tenant, from 1, without gaps' }),
  tenant: OrNull(Id),
  recordedAt: Moment,
  origin: Type.String({ description: 'Who brought the event in; empty for services of the hub' }),
  correlationId: OrNull(Id),
  causationId: OrNull(Id),
  headers: Type.Unknown({ description: 'As the producer wrote them: `name`, `serviceName`, `createdAt`' }),
  payload: Type.Unknown({ description: 'As the producer wrote it; values that were erased are null' }),
  erased: Type.Optional(
    Type.Array(Type.String(), { description: 'JSON pointers to the values that were erased or do not open' }),
  ),
})

/** An entry with what a proof needs. */
export const ProvableLogEntry = Type.Object({
  ...LogEntry.properties,
  body: OrNull(Type.String({ description: 'The exact text of the event; null where a part of it was erased' })),
  leaf: Type.String({ description: 'The exact text that is proved' }),
  leafHash: Type.String({ description: 'SHA-256 of a zero byte and the leaf (RFC 9162), base64' }),
})
