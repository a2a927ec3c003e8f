import { HubError } from '#lib/errors'
import type { Scope } from '#lib/postgres'
import { can, type Principal } from '#lib/principal'
import type { Domain } from './domain/domain.ts'
import { permissions } from './permissions.ts'

/** Whose a domain is, and who sees it. */
export type Reach = Pick<Domain, 'tenantId' | 'public'>

/**
 * Throws `forbidden` unless the principal may change the domain and its schemas: its owner, or who has the permission in its tenant. Whoever
 * acts for the runs of a flow changes nothing as an owner. What the hub itself owns nobody changes.
 */
export function demandChange(principal: Principal, domain: Pick<Domain, 'tenantId' | 'ownerId'>): void {
  if (domain.ownerId === undefined)
    throw new HubError(
      'forbidden',
      'Cannot change the domain as the hub itself must do so: it follows the hub’s own catalogue',
    )
  const isOwner = domain.ownerId === principal.id && domain.tenantId === principal.tenant
  if (isOwner && principal.flowId === undefined) return
  if (can(principal, permissions.crud, { tenant: domain.tenantId })) return
  const { name } = permissions.crud
  throw new HubError(
    'forbidden',
    `Cannot do this as the caller must be the owner of the domain, or have the permission "${name}" in its tenant`,
  )
}

/** Whether schemas of one domain may refer to those of another: whoever reads the one must be allowed to read the other. */
export function mayReferTo(from: Reach, to: Reach): boolean {
  return to.public || (!from.public && from.tenantId === to.tenantId)
}

/**
 * What a change of the domain must see: all that may refer to it. Of a public domain that is everybody's, so that the change is made in the
 * name of the system, once the caller is known to be allowed to.
 */
export function changeScope({ tenantId, public: isPublic }: Reach): Scope {
  return isPublic || tenantId === undefined ? 'everything' : { tenant: tenantId }
}
