import { type Static, type TObject, type TSchema, Type } from 'typebox'
import { Id, Moment } from '#lib/schema'
import type { Owner } from '../owners.ts'
import type { Fields } from '../vault/vault.ts'
import type { Secret, SecretInput } from './secret.ts'
import { masked, type SecretType, secretTypeOf, secretTypes } from './secret-type.ts'

/** An owner as callers write and receive it. */
export const OwnerSchema = Type.Object(
  { id: Id, type: Type.Enum(['USER', 'TENANT'], { description: 'A user, or all users of the tenant' }) },
  { additionalProperties: false },
)

const Name = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' })
const host =
  '(\\*\\.)?[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*|\\[[0-9A-Fa-f:.]+\\]'
const AllowedHosts = Type.Array(Type.String({ maxLength: 260, pattern: `^(${host})(:[0-9]{1,5})?$` }), {
  maxItems: 100,
  uniqueItems: true,
  description:
    'Hosts to which a step may send it without seeing it: `api.example.com`, with `:port` where it is not the usual one or may be plain http, or `*.example.com`',
})

const settable = {
  domain: Type.Optional(Type.String({ maxLength: 200, description: 'What it is used for' })),
  allowedHosts: Type.Optional(AllowedHosts),
}
const End = { format: 'date-time', description: 'When it is over; for values that the hub does not renew' } as const

/** A new secret as callers send it. */
export interface NewSecret extends SecretInput {
  readonly name: string
  readonly type: SecretType
  readonly value: Fields
  readonly owners?: readonly Owner[]
}

/** Its schema: the value has the form of its type. */
export const NewSecretSchema = Type.Unsafe<NewSecret>(
  Type.Union(
    secretTypes.map((type) =>
      Type.Object(
        {
          name: Name,
          type: Type.Literal(type),
          value: valueSchema(type),
          owners: Type.Optional(Type.Array(OwnerSchema, { maxItems: 100, description: 'Beside the caller' })),
          ...settable,
          expiresAt: Type.Optional(Type.String(End)),
        },
        { additionalProperties: false },
      ),
    ),
  ),
)

const allFields = Object.assign({}, ...Object.values(secretTypeOf).map(({ value }) => value)) as Record<string, TSchema>

/** What can be changed of a secret. Fields of the value that are not of the secret's type are refused by `mergedValue`. */
export const SecretChangeSchema = Type.Object(
  {
    name: Type.Optional(Name),
    domain: Type.Optional(Type.Union([Type.String({ maxLength: 200 }), Type.Null()])),
    allowedHosts: settable.allowedHosts,
    expiresAt: Type.Optional(Type.Union([Type.String(End), Type.Null()])),
    value: Type.Optional(
      Type.Object(optional(allFields), {
        additionalProperties: false,
        description: 'The fields to change, of those of its type; the others stay as they are, but for the end',
      }),
    ),
    keepPreviousFor: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 31_536_000,
        description:
          'Seconds for which the former value stays good beside the new one; default 0. Without another value: most seconds for which former ones still are',
      }),
    ),
  },
  { additionalProperties: false },
)

function optional(fields: Readonly<Record<string, TSchema>>): Record<string, TSchema> {
  return Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, Type.Optional(schema)]))
}

function valueSchema(type: SecretType): TObject {
  const { value, required } = secretTypeOf[type]
  const needed = Object.entries(value).filter(([name]) => required.includes(name))
  return Type.Object({ ...optional(value), ...Object.fromEntries(needed) }, { additionalProperties: false })
}

const Shown = Type.Optional(Type.String())

/** A secret as callers receive it. */
export const SecretDocument = Type.Object(
  {
    _id: Id,
    id: Id,
    name: Type.String(),
    type: Type.Enum([...secretTypes]),
    tenant: Id,
    owners: Type.Array(OwnerSchema),
    domain: Type.Optional(Type.String()),
    value: Type.Optional(
      Type.Object(
        {
          ...{ username: Shown, passphrase: Shown, payload: Shown, key: Shown, headerName: Shown, authClientId: Shown },
          ...{ accessToken: Shown, accessTokenSecret: Shown, refreshToken: Shown, scope: Shown, externalId: Shown },
          ...{ expires: Type.Optional(Moment), expiresAt: Type.Optional(Moment) },
          inputFields: Type.Optional(
            Type.Union([Type.String(), Type.Record(Type.String(), Type.String())], {
              description: '`***` where they are masked',
            }),
          ),
        },
        { additionalProperties: false, description: 'Absent in lists' },
      ),
    ),
    encryptedFields: Type.Array(Type.String(), {
      description:
        'The fields of `value` that are not told, in answers to a change; none where they are told or masked',
    }),
    allowedHosts: Type.Array(Type.String()),
    version: Type.Integer({ description: 'Of the value, from 1' }),
    expiresAt: Type.Optional(Moment),
    renews: Type.Boolean({ description: 'Whether the hub gets the next value by itself' }),
    currentError: Type.Optional(
      Type.Object({ message: Type.String(), at: Moment }, { description: 'Why the last attempt to renew it failed' }),
    ),
    createdAt: Moment,
    updatedAt: Moment,
  },
  { additionalProperties: false },
)

/** Answer with one secret. */
export const SecretAnswer = Type.Object({ data: SecretDocument })

/** Path parameters of a route for one secret. */
export const SecretParams = Type.Object({ id: Type.String({ format: 'uuid', description: 'The secret' }) })

/** The secret with a value for those who may see it as it is given. */
export function secretDocument(secret: Secret, value?: Fields): Static<typeof SecretDocument> {
  const { id, name, type, tenantId, owners, domain, allowedHosts, version, expiresAt, renews, currentError } = secret
  return {
    ...{ _id: id, id, name, type, tenant: tenantId },
    owners: owners.map((owner) => ({ id: owner.id, type: owner.type })),
    ...(domain === undefined ? {} : { domain }),
    ...(value === undefined ? {} : { value: { ...value, ...endDocument(secret) } }),
    encryptedFields: [],
    ...{ allowedHosts: [...allowedHosts], version, renews },
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt.toISOString() }),
    ...(currentError === undefined ? {} : { currentError: { message: currentError.message, at: currentError.at } }),
    createdAt: secret.createdAt.toISOString(),
    updatedAt: secret.updatedAt.toISOString(),
  }
}

/** The secret for its owners without the permission to see it in clear. */
export function maskedDocument(secret: Secret, value: Fields): Static<typeof SecretDocument> {
  const hidden = secretTypeOf[secret.type].masked
  const shown = Object.entries(value).map(([name, each]) => {
    const mask = Object.hasOwn(hidden, name) ? hidden[name] : undefined
    return [name, mask === undefined ? each : masked(each, mask)]
  })
  return secretDocument(secret, Object.fromEntries(shown))
}

/** The answer to whoever has just written it: nothing that is sealed is told back. */
export function writtenDocument(
  secret: Secret,
  { plain, sealed }: { plain: Fields; sealed: readonly string[] },
): Static<typeof SecretDocument> {
  const hidden = Object.fromEntries(sealed.map((name) => [name, '***']))
  return { ...secretDocument(secret, { ...plain, ...hidden }), encryptedFields: [...sealed] }
}

function endDocument({ type, expiresAt }: Secret): Record<string, string> {
  const { end } = secretTypeOf[type]
  return end === undefined || expiresAt === undefined ? {} : { [end]: expiresAt.toISOString() }
}
