import { type Principal, seesEverything } from '#lib/principal'
import type { CompatibilityMode } from '../schema/compatibility.ts'

/** A set of schemas that belong together. */
export interface Domain {
  readonly id: string
  /** Undefined for one of the hub itself. */
  readonly tenantId: string | undefined
  readonly name: string
  readonly description: string | undefined
  /** Every tenant reads it. */
  readonly public: boolean
  /** By which changes of its schemas are checked that name no mode of their own. */
  readonly compatibility: CompatibilityMode
  /** Undefined = the hub itself, which alone changes it. */
  readonly ownerId: string | undefined
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What callers say of a domain. */
export interface DomainInput {
  readonly name?: string
  readonly description?: string
  readonly public?: boolean
  readonly compatibility?: CompatibilityMode
}

const fields = ['name', 'description', 'public', 'compatibility'] as const
/** What can be changed of a domain. */
export type DomainField = (typeof fields)[number]

/** A new domain of the maker's tenant. Only administrators of the hub make it public: of others the wish is not heeded. */
export function createDomain(
  { name, description, public: isPublic = false, compatibility = 'NONE' }: DomainInput & { readonly name: string },
  { id, by, now }: { readonly id: string; readonly by: Principal; readonly now: Date },
): Domain {
  return {
    ...{ id, tenantId: by.tenant, name, description, compatibility, ownerId: by.id },
    ...{ public: isPublic && seesEverything(by), createdAt: now, updatedAt: now },
  }
}

/** The domain after a change, and which fields are others than before. What is absent stays; none but administrators of the hub make it public. */
export function changeDomain(
  before: Domain,
  input: DomainInput,
  { by, now }: { readonly by: Principal; readonly now: Date },
): { readonly domain: Domain; readonly changed: readonly DomainField[] } {
  const wish = input.public ?? before.public
  const after = { ...before, ...input, public: wish && (before.public || seesEverything(by)) }
  const changed = fields.filter((field) => before[field] !== after[field])
  return { domain: changed.length === 0 ? before : { ...after, updatedAt: now }, changed }
}
