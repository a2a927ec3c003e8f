import { type Static, Type } from 'typebox'
import { Id, Moment } from '#lib/schema'
import { CompatibilityModeSchema } from '../schema/compatibility.ts'
import type { Domain } from './domain.ts'

const Name = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' })
const Description = Type.String({ maxLength: 2_000 })

const input = {
  description: Type.Optional(Description),
  public: Type.Optional(
    Type.Boolean({ description: 'Every tenant reads it. For administrators of the hub; of others not heeded' }),
  ),
  compatibility: Type.Optional(CompatibilityModeSchema),
}

/** A new domain as callers send it. */
export const NewDomainSchema = Type.Object({ name: Name, ...input }, { additionalProperties: false })

/** What is changed of a domain; what is absent stays. */
export const DomainChangeSchema = Type.Object({ name: Type.Optional(Name), ...input }, { additionalProperties: false })

/** Who owns a domain or schema, spelt as existing clients expect. */
export const OwnerSchema = Type.Object({ id: Id, type: Type.Literal('USER') })

/** A domain as callers receive it. */
export const DomainDocument = Type.Object({
  _id: Id,
  id: Id,
  name: Name,
  description: Type.Optional(Description),
  public: Type.Boolean(),
  compatibility: CompatibilityModeSchema,
  owners: Type.Array(OwnerSchema, { description: 'None where the hub alone changes it' }),
  tenant: Type.Optional({ ...Id, description: 'Absent for one of the hub itself' }),
  createdAt: Moment,
  updatedAt: Moment,
})

/** Answer with one domain. */
export const DomainAnswer = Type.Object({ data: DomainDocument })

/** Path parameters of a route for one domain. */
export const DomainParams = Type.Object({ id: Type.String({ format: 'uuid', description: 'The domain' }) })

/** Writes the owners of a domain and of its schemas for callers. */
export function ownersOf({ ownerId }: Pick<Domain, 'ownerId'>): Static<typeof OwnerSchema>[] {
  return ownerId === undefined ? [] : [{ id: ownerId, type: 'USER' }]
}

/** Writes a domain for callers. */
export function domainDocument(domain: Domain): Static<typeof DomainDocument> {
  const { id, tenantId, name, description, compatibility, createdAt, updatedAt } = domain
  return {
    ...{ _id: id, id, name, ...(description !== undefined && { description }), public: domain.public, compatibility },
    ...{ owners: ownersOf(domain), ...(tenantId && { tenant: tenantId }) },
    ...{ createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() },
  }
}
