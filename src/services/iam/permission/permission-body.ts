import { Type } from 'typebox'

// The fields of a permission as callers write them.

/** Each of them with its rule; what must be there is the route's to say. */
export const permissionBody = {
  name: Type.String({
    maxLength: 200,
    pattern: '^[A-Za-z][\\w-]*(\\.[A-Za-z][\\w-]*)+$',
    description: 'Words with dots between, such as `crm.contacts.read`',
  }),
  description: Type.String({ maxLength: 1_000 }),
  restricted: Type.Boolean({ description: 'Whether only administrators of the hub may give it' }),
}
