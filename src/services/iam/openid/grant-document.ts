import { type Static, Type } from 'typebox'
import { Id, Moment } from '#lib/schema'
import type { GrantRecord } from './artifact-store.ts'
import { scopes } from './claims.ts'

/** What a user has granted an application, in however many browsers. */
export const GrantDocument = Type.Object(
  {
    id: Type.String({ format: 'uuid', description: 'The client_id of the application' }),
    name: Type.String({ description: 'Of the application' }),
    trusted: Type.Boolean({ description: 'Whether it is granted what it asks for without a question' }),
    scopes: Type.Array(Type.Enum([...scopes])),
    tenants: Type.Array(Id, { description: 'In which you act for the application' }),
    grantedAt: { ...Moment, description: 'When it was granted first' },
    expiresAt: { ...Moment, description: 'When the last of it is over' },
  },
  { additionalProperties: false },
)

/** Joins the grants of one user by the application that has them, in the order in which these come. */
export function grantDocuments(grants: readonly GrantRecord[]): Static<typeof GrantDocument>[] {
  const byClient = new Map<string, GrantRecord[]>()
  for (const grant of grants) byClient.set(grant.clientId, [...(byClient.get(grant.clientId) ?? []), grant])
  return [...byClient].map(([id, all]) => {
    const [{ name, trusted }] = all as [GrantRecord]
    const times = (of: 'grantedAt' | 'expiresAt') => all.map((grant) => grant[of].getTime())
    return {
      id,
      name,
      trusted,
      scopes: scopes.filter((scope) => all.some((grant) => grant.scopes.includes(scope))),
      tenants: [...new Set(all.flatMap(({ tenantId }) => tenantId ?? []))],
      grantedAt: new Date(Math.min(...times('grantedAt'))).toISOString(),
      expiresAt: new Date(Math.max(...times('expiresAt'))).toISOString(),
    }
  })
}
