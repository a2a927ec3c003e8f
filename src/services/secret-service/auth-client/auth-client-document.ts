import { type Static, type TObject, type TSchema, Type } from 'typebox'
import { Id, Moment } from '#lib/schema'
import type { Owner } from '../owners.ts'
import { OwnerSchema } from '../secret/secret-document.ts'
import { masked } from '../secret/secret-type.ts'
import type { Fields } from '../vault/vault.ts'
import type { AuthClient } from './auth-client.ts'
import { type AuthClientType, authClientTypeOf, authClientTypes } from './auth-client-type.ts'

const Name = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' })

/** A new auth client as callers send it; `fields` of its type stand beside. */
export interface NewAuthClient extends Fields {
  readonly name: string
  readonly type: AuthClientType
  readonly owners?: readonly Owner[]
  readonly template?: string
}

/** Its schema: the fields are those of its type. Which of them must be there is said by `createAuthClient`, as a template may give them. */
export const NewAuthClientSchema = Type.Unsafe<NewAuthClient>(
  Type.Union(
    authClientTypes.map((type) =>
      Type.Object(
        {
          name: Name,
          type: Type.Literal(type),
          owners: Type.Optional(Type.Array(OwnerSchema, { maxItems: 100, description: 'Beside the caller' })),
          ...(type === 'OA2_AUTHORIZATION_CODE' && {
            template: Type.Optional(
              Type.String({ maxLength: 50, description: 'A template that gives what is not said here' }),
            ),
          }),
          ...fieldsOf(type),
        },
        { additionalProperties: false },
      ),
    ),
  ),
)

function fieldsOf(type: AuthClientType): Record<string, TSchema> {
  const { fields, required } = authClientTypeOf[type]
  const entries = Object.entries(fields).map(([name, schema]) => {
    const isNeeded = required.includes(name) && !(type === 'OA2_AUTHORIZATION_CODE' && name === 'endpoints')
    return [name, isNeeded ? schema : Type.Optional(schema)]
  })
  return Object.fromEntries(entries)
}

/** What can be changed of an auth client; null takes away what need not be there. */
export interface AuthClientChange extends Fields {
  readonly name?: string
}

/** Its schema. Fields that are not of the client's type are refused by `changeAuthClient`, as are values that are not as that type wants them. */
export const AuthClientChangeSchema = Type.Unsafe<AuthClientChange>(
  Type.Object({ name: Type.Optional(Name), ...changeFields() }, { additionalProperties: false }),
)

function changeFields(): Record<string, TSchema> {
  const all = new Map<string, TSchema[]>()
  for (const { fields } of Object.values(authClientTypeOf))
    for (const [name, schema] of Object.entries(fields)) {
      const known = all.get(name) ?? []
      if (!known.includes(schema)) all.set(name, [...known, schema])
    }
  return Object.fromEntries(
    [...all].map(([name, schemas]) => [name, Type.Optional(Type.Union([...schemas, Type.Null()]))]),
  )
}

/** The schema of the fields of a type, for a whole client. */
export function wholeSchema(type: AuthClientType): TObject {
  const { fields, required } = authClientTypeOf[type]
  const entries = Object.entries(fields).map(([name, schema]) => [
    name,
    required.includes(name) ? schema : Type.Optional(schema),
  ])
  return Type.Object(Object.fromEntries(entries), { additionalProperties: false })
}

/** An auth client as callers receive it. */
export const AuthClientDocument = Type.Object(
  {
    _id: Id,
    id: Id,
    name: Type.String(),
    type: Type.Enum([...authClientTypes]),
    tenant: Id,
    owners: Type.Array(OwnerSchema),
    createdAt: Moment,
    updatedAt: Moment,
  },
  {
    additionalProperties: true,
    description: 'With the fields of its type, credentials masked; lists have none of them',
  },
)

/** Answer with one auth client. */
export const AuthClientAnswer = Type.Object({ data: AuthClientDocument })

/** Path parameters of a route for one auth client. */
export const AuthClientParams = Type.Object({ id: Type.String({ format: 'uuid', description: 'The auth client' }) })

/** The client without the fields of its type, as lists have it, or with those that the reader may see. */
export function authClientDocument(client: AuthClient, fields: Fields = {}): Static<typeof AuthClientDocument> {
  const { id, name, type, tenantId, owners, createdAt, updatedAt } = client
  return {
    ...{ _id: id, id, name, type, tenant: tenantId },
    owners: owners.map((owner) => ({ id: owner.id, type: owner.type })),
    ...fields,
    ...{ createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() },
  }
}

/** The fields with those that are sealed masked; of requests the values that are not filled in by fields alone. */
export function maskedFields(type: AuthClientType, fields: Fields): Fields {
  const { sealed } = authClientTypeOf[type]
  const entries = Object.entries(fields).map(([name, value]) => {
    if (!sealed.includes(name)) return [name, value]
    return [name, typeof value === 'object' ? maskedRequests(value as Fields) : masked(value, 'tail')]
  })
  return Object.fromEntries(entries)
}

function maskedRequests(requests: Fields): Fields {
  const entries = Object.entries(
    requests as Record<string, { url: string; requestFields: { key: string; value: string }[] }>,
  )
  const mask = (value: string) => (/^(\{\{fields\.[\w.-]+\}\}|\s)*$/.test(value) ? value : '***')
  return Object.fromEntries(
    entries.map(([name, request]) => {
      const requestFields = request.requestFields.map(({ key, value }) => ({ key, value: mask(value) }))
      // A query may hold a key.
      return [name, { ...request, url: request.url.replace(/\?.*$/s, '?***'), requestFields }]
    }),
  )
}
