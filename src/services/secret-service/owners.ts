import { fieldError, HubError } from '#lib/errors'
import { can, type Principal, seesEverything } from '#lib/principal'
import { permissions } from './permissions.ts'

/** Who owns a secret or an auth client, spelt as existing clients expect: a user, or all users of the tenant. */
export interface Owner {
  readonly id: string
  readonly type: 'USER' | 'TENANT'
}

/** What can be owned, in the words of messages. */
export type Kind = 'secret' | 'auth client'

const seenBy = { secret: permissions.readRaw, 'auth client': permissions.readRawClient } as const

/** What has owners. */
export interface Owned {
  readonly tenantId: string
  readonly owners: readonly Owner[]
}

/** Whether both are the same owner. */
export function isSameOwner(one: Owner, other: Owner): boolean {
  return one.id === other.id && one.type === other.type
}

/** Whether the principal is among the owners, in person or as a user of the tenant. */
export function owns({ id, tenant }: Pick<Principal, 'id' | 'tenant'>, { tenantId, owners }: Owned): boolean {
  if (tenant !== tenantId) return false
  return owners.some((owner) => (owner.type === 'USER' ? owner.id === id : owner.id === tenantId))
}

/**
 * Throws `forbidden` unless the principal may handle the thing: an owner, or who sees everything. Whoever acts for the runs of a flow may
 * read its secrets and nothing else.
 */
export function demandOwner(principal: Principal, thing: Owned, what: Kind): void {
  demandPerson(principal)
  if (owns(principal, thing) || seesEverything(principal)) return
  throw new HubError('forbidden', `Cannot do this as the caller must be an owner of the ${what}`)
}

/**
 * Whether the principal is an owner in person; where there is none, a user of the tenant that owns it who may see it in clear. Whoever changes a
 * thing says where its values go: that is not for everybody with whom it is shared.
 */
export function ownsInPerson(principal: Principal, thing: Owned, what: Kind): boolean {
  if (!owns(principal, thing)) return false
  const people = thing.owners.filter(({ type }) => type === 'USER')
  return people.length === 0 ? can(principal, seenBy[what]) : people.some(({ id }) => id === principal.id)
}

/** Throws `forbidden` unless the principal may change the thing: as an owner in person, or as who sees everything. */
export function demandPersonalOwner(principal: Principal, thing: Owned, what: Kind): void {
  demandPerson(principal)
  if (ownsInPerson(principal, thing, what) || seesEverything(principal)) return
  throw new HubError('forbidden', `Cannot do this as the caller must be an owner of the ${what} in person`)
}

/** Throws `forbidden` for the token of a flow's runs. */
export function demandPerson({ flowId }: Principal): void {
  if (flowId === undefined) return
  throw new HubError('forbidden', 'Cannot do this as the token must not be that of the runs of a flow')
}

/** The tenant in which something is to be made. Throws `forbidden` where the caller has none. */
export function demandTenant(principal: Principal, what: string): string {
  demandPerson(principal)
  if (principal.tenant !== undefined) return principal.tenant
  throw new HubError('forbidden', `Cannot create ${what} as the caller must act in a tenant`)
}

/** The owners of a new thing: its maker first, then those named, each once. Throws `invalid-body` for another tenant. */
export function firstOwners(makerId: string, tenantId: string, named: readonly Owner[] = []): Owner[] {
  const owners: Owner[] = [{ id: makerId, type: 'USER' }]
  for (const [index, owner] of named.entries()) {
    demandOwnTenant(owner, tenantId, `owners[${index}].id`)
    if (!owners.some((each) => isSameOwner(each, owner))) owners.push({ id: owner.id, type: owner.type })
  }
  return owners
}

/** Throws `invalid-body` where a tenant other than the thing's own is to own it. */
export function demandOwnTenant({ id, type }: Owner, tenantId: string, field: string): void {
  if (type === 'USER' || id === tenantId) return
  throw fieldError('invalid-body', field, 'must be the tenant that the caller acts in')
}

/** The entry by which the principal is an owner: its own, else its tenant's. */
export function ownershipOf({ id, tenant }: Pick<Principal, 'id' | 'tenant'>, { owners }: Owned): Owner | undefined {
  return (
    owners.find((owner) => owner.type === 'USER' && owner.id === id) ??
    owners.find((owner) => owner.type === 'TENANT' && owner.id === tenant)
  )
}

/** All entries by which the principal can be an owner. */
export function ownershipsOf({ id, tenant }: Pick<Principal, 'id' | 'tenant'>): Owner[] {
  return [{ id, type: 'USER' }, ...(tenant === undefined ? [] : [{ id: tenant, type: 'TENANT' as const }])]
}
