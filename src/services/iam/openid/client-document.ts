import { type Static, Type } from 'typebox'
import { Id, Moment } from '#lib/schema'
import { type Client, clientTypes } from './client.ts'

/** The fields of a client as callers write them. */
export const clientBody = {
  name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S', description: 'What users are shown' }),
  type: Type.Enum([...clientTypes], {
    description:
      '`web` runs on a server and keeps a secret, `browser` and `native` keep none, `service` acts for itself alone',
  }),
  redirectUris: Type.Array(Type.String({ minLength: 1, maxLength: 2_000 }), {
    maxItems: 20,
    uniqueItems: true,
    description: 'Where users may be sent back to, to the letter; https, but for this machine itself',
  }),
  postLogoutRedirectUris: Type.Array(Type.String({ minLength: 1, maxLength: 2_000 }), {
    maxItems: 20,
    uniqueItems: true,
    description: 'Where users may be led to once they are signed out, to the letter; as the others',
  }),
  trusted: Type.Boolean({ description: 'Users are not asked for consent' }),
}

const fields = {
  _id: Id,
  id: Type.String({ format: 'uuid', description: 'The client_id' }),
  ...clientBody,
  createdAt: Moment,
  updatedAt: Moment,
}

/** A client as callers receive it. */
export const ClientDocument = Type.Object(fields, { additionalProperties: false })

/** A client with the secret that it has just got; none for one that keeps none. */
export const ClientWithSecret = Type.Object(
  { ...fields, secret: Type.Optional(Type.String({ description: 'Shown once, and stored nowhere' })) },
  { additionalProperties: false },
)

/** Writes a client for callers. */
export function clientDocument(client: Client): Static<typeof ClientDocument> {
  const { id, name, type, redirectUris, postLogoutRedirectUris, trusted, createdAt, changedAt } = client
  return {
    _id: id,
    id,
    name,
    type,
    redirectUris: [...redirectUris],
    postLogoutRedirectUris: [...postLogoutRedirectUris],
    trusted,
    createdAt: createdAt.toISOString(),
    updatedAt: changedAt.toISOString(),
  }
}
