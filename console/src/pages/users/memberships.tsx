import { useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Membership, User } from '../../api/iam-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { iamCan } from '../../iam-can.ts'
import { pathTo } from '../../path-builder.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { TenantLink } from '../../ui/tenant-link.tsx'
import { type Column, ThingTable } from '../../ui/thing-table.tsx'

/** What is given to a user in a tenant, or everywhere. */
interface Given {
  readonly id: string
  readonly membership?: Membership
  readonly roles: User['roles']
  readonly permissions: User['permissions']
}

interface MembershipsProps {
  readonly user: User
  readonly memberships: readonly Membership[]
  /** Asks for another choice of roles: in a tenant, or for somebody of none. */
  readonly onChange: (tenant: string | undefined) => void
}

/** The tenants that a user belongs to, with what is given in each. */
export function Memberships({ user, memberships, onChange }: MembershipsProps) {
  const { data: me } = useSuspenseQuery(meQuery)
  const hasSeveral = memberships.length > 1
  const columns: readonly Column<Given>[] = [
    {
      title: 'Tenant',
      className: 'wrap',
      cell: ({ membership }) => (membership ? <Where {...membership} hasSeveral={hasSeveral} /> : 'Everywhere'),
    },
    { title: 'Roles', className: 'wrap', cell: (given) => <GivenThere {...given} /> },
    {
      title: '',
      className: 'number',
      // What is given everywhere is changed with the membership that a login acts in.
      cell: ({ membership }) =>
        (membership || memberships.length === 0) && (
          <ActionButton leave={iamCan.changeUser(me)} onAction={() => onChange(membership?.tenant)}>
            Change roles
          </ActionButton>
        ),
    },
  ]
  return (
    <section className="card" aria-labelledby="memberships">
      <h2 id="memberships">{hasSeveral ? 'Memberships' : 'Membership'}</h2>
      <ThingTable things={givenTo(user, memberships)} columns={columns} isPlain />
    </section>
  )
}

function Where({ tenant, status, isDefault, hasSeveral }: Membership & { hasSeveral: boolean }) {
  return (
    <>
      <TenantLink id={tenant} /> {status !== 'ACTIVE' && <StatusBadge status={status} />}
      {hasSeveral && isDefault && <div className="faint">at sign-in</div>}
    </>
  )
}

function GivenThere({ roles, permissions }: Given) {
  const { data: me } = useSuspenseQuery(meQuery)
  const isSeen = iamCan.seeRoles(me).may
  if (roles.length + permissions.length === 0) return <span className="faint">none</span>
  return (
    <span className="links">
      {roles.map(({ id, name }) =>
        isSeen ? (
          <Link key={id} {...pathTo.role(id)}>
            {name}
          </Link>
        ) : (
          <span key={id}>{name}</span>
        ),
      )}
      {permissions.length > 0 && <span title={permissions.join('\n')}>{permissions.length} given directly</span>}
    </span>
  )
}

/** The roles and permissions of a user are those of one membership and those that are in force everywhere. */
function givenTo(user: User, memberships: readonly Membership[]): Given[] {
  const there = memberships.find(({ tenant }) => tenant === user.tenant)
  const roles = user.roles.filter(({ id }) => !there?.roles.some((role) => role.id === id))
  const permissions = user.permissions.filter((name) => !there?.permissions.includes(name))
  const isGivenEverywhere = roles.length + permissions.length > 0 || memberships.length === 0
  return [
    ...(isGivenEverywhere ? [{ id: 'everywhere', roles, permissions }] : []),
    ...memberships.map((membership) => {
      return { id: membership.tenant, membership, roles: membership.roles, permissions: membership.permissions }
    }),
  ]
}
