import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { Id } from '#lib/schema'
import { scopeOf } from '#lib/scope'
import { authClientOwnership } from '../auth-client/ownership.ts'
import type { SecretParts } from '../deps.ts'
import { permissions } from '../permissions.ts'

/** `DELETE /auth-clients?ownerId=` */
export const deleteAuthClients = (parts: SecretParts) =>
  route({
    method: 'DELETE',
    path: '/api/v1/auth-clients',
    summary: 'Take an owner from all auth clients; those that nobody else owns go',
    permission: permissions.deleteAnyClient,
    query: Type.Object(
      {
        ownerId: { ...Id, description: 'The owner' },
        type: Type.Optional(Type.Enum(['USER', 'TENANT'], { default: 'USER', description: 'What the owner is' })),
      },
      { additionalProperties: false },
    ),
    response: { 200: Type.Object({}) },
    async handle({ query: { ownerId: id, type = 'USER' }, principal }) {
      const step = () =>
        parts.db.transaction(scopeOf(principal), (tx) =>
          authClientOwnership(parts).disownBatch(tx, { id, type }, { by: principal }),
        )
      while (await step());
      return { status: 200, body: {} }
    },
  })
