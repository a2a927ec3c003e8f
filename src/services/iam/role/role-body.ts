import { Type } from 'typebox'

// The fields of a role as callers write them.

/** Each of them with its rule; what must be there is the route's to say. */
export const roleBody = {
  name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }),
  description: Type.String({ maxLength: 1_000 }),
  permissions: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 200, uniqueItems: true }),
}
