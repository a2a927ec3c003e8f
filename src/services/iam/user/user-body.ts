import { Type } from 'typebox'
import { Id } from '#lib/schema'
import { StatusSchema } from '../documents.ts'
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from '../login/password-policy.ts'
import { LONGEST_USERNAME } from './username.ts'

// The fields of a user as callers write them.

const NameSchema = Type.String({ minLength: 1, maxLength: 200 })

/** Each of them with its rule; what must be there is the route's to say. */
export const userBody = {
  username: Type.String({ minLength: 1, maxLength: LONGEST_USERNAME }),
  password: Type.String({
    minLength: SHORTEST_PASSWORD,
    maxLength: LONGEST_PASSWORD,
    description:
      'Any characters; none of the common ones, and 8 characters beside the username and the name of the tenant',
  }),
  firstname: NameSchema,
  lastname: NameSchema,
  status: StatusSchema,
  confirmed: Type.Boolean(),
  tenant: Id,
  roles: Type.Array(Id, { maxItems: 100, uniqueItems: true }),
  permissions: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
    maxItems: 200,
    uniqueItems: true,
    description: 'Given directly: within the tenant, to a user without tenant everywhere',
  }),
}

/** A name, or null to take it away. */
export const NullableName = Type.Union([NameSchema, Type.Null()])

interface NullableNames {
  readonly firstname?: string | null
  readonly lastname?: string | null
}

interface Names {
  readonly firstname?: string | undefined
  readonly lastname?: string | undefined
}

/** The body with null, by which a name is taken away, as undefined. */
export function withNames<B extends NullableNames>({ firstname, lastname, ...rest }: B): Omit<B, keyof Names> & Names {
  return {
    ...rest,
    ...(firstname === undefined ? {} : { firstname: firstname ?? undefined }),
    ...(lastname === undefined ? {} : { lastname: lastname ?? undefined }),
  }
}
