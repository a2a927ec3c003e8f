import { type Actor, type Leave, no, within, yes } from './leave.ts'

/** A domain, or a schema of one: it is its domain's owner's. */
interface Owned {
  /** None where the hub alone changes it. */
  readonly owners: readonly { readonly id: string }[]
  /** Absent for one of the hub itself. */
  readonly tenant?: string
}

const permission = 'metadata.domains.crud'
const isAdmin = ({ permissions }: Actor): boolean => permissions.includes('all')

/** The one table of what somebody who is signed in may do with domains and their schemas, as far as these are seen. */
export const metadataCan = {
  create: (me: Actor): Leave => (isAdmin(me) || me.tenant ? within(me, permission) : no('You act in no tenant')),
  /** A domain, or anything in it. */
  change: (me: Actor, { owners, tenant }: Owned): Leave => {
    if (owners.length === 0) return no('The hub alone changes it')
    const isOwner = tenant === me.tenant && owners.some(({ id }) => id === me.id)
    if (isOwner || isAdmin(me)) return yes
    if (tenant === undefined) return no('It is the hub’s')
    return tenant === me.tenant ? within(me, permission) : no('It belongs to another tenant')
  },
  /** Who may change a domain takes it back from all tenants, but gives it to them only as an administrator of the hub. */
  publish: (me: Actor, domain?: { readonly public: boolean }): Leave =>
    domain?.public || isAdmin(me) ? yes : no('Only administrators of the hub make domains public'),
}
