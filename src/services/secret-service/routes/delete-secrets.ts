import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { Id } from '#lib/schema'
import { scopeOf } from '#lib/scope'
import type { SecretParts } from '../deps.ts'
import { permissions } from '../permissions.ts'
import { secretOwnership } from '../secret/ownership.ts'

/** `DELETE /secrets?userId=` */
export const deleteSecrets = (parts: SecretParts) =>
  route({
    method: 'DELETE',
    path: '/api/v1/secrets',
    summary: 'Take an owner from all secrets; those that nobody else owns go',
    permission: permissions.deleteAny,
    query: Type.Object(
      {
        userId: { ...Id, description: 'The owner' },
        type: Type.Optional(Type.Enum(['USER', 'TENANT'], { default: 'USER', description: 'What the owner is' })),
      },
      { additionalProperties: false },
    ),
    response: { 200: Type.Object({}) },
    async handle({ query: { userId: id, type = 'USER' }, principal }) {
      const step = () =>
        parts.db.transaction(scopeOf(principal), (tx) =>
          secretOwnership(parts).disownBatch(tx, { id, type }, { by: principal }),
        )
      while (await step());
      return { status: 200, body: {} }
    },
  })
