import { useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Membership, Role, User } from '../../api/iam-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { iamCan } from '../../iam-can.ts'
import { pathTo } from '../../path-builder.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { TenantLink } from '../../ui/tenant-link.tsx'
import { ThingTable } from '../../ui/thing-table.tsx'

/** A user as seen in a tenant; of one without tenant, everywhere. */
export type Member = Pick<User, 'tenant' | 'roles' | 'permissions'>

/** What a user may do in a tenant. In the one in which it acts by default the hub also tells what holds everywhere. */
export function memberOf(user: User, memberships: readonly Membership[], tenant: string | undefined): Member {
  return memberships.find((each) => each.tenant === tenant && each.tenant !== user.tenant) ?? user
}

/** What a user has beyond the tenant in which it acts by default. */
function everywhere(user: User, memberships: readonly Membership[]): Pick<User, 'roles' | 'permissions'> {
  const there = memberships.find(({ tenant }) => tenant === user.tenant)
  return {
    roles: user.roles.filter(({ id }) => !there?.roles.some((role) => role.id === id)),
    permissions: user.permissions.filter((name) => !there?.permissions.includes(name)),
  }
}

interface MembershipsProps {
  readonly user: User
  readonly memberships: readonly Membership[]
  /** The tenant in which the user is looked at. */
  readonly chosen: string | undefined
  readonly onChange: (tenant: string | undefined) => void
}

/** The tenants that a user belongs to, with the roles in each. */
export function Memberships({ user, memberships, chosen, onChange }: MembershipsProps) {
  const { data: me } = useSuspenseQuery(meQuery)
  const { roles, permissions } = everywhere(user, memberships)
  const change = (tenant: string | undefined) => (
    <ActionButton leave={iamCan.changeUser(me)} onAction={() => onChange(tenant)}>
      Change roles
    </ActionButton>
  )
  return (
    <section className="stack" aria-labelledby="memberships">
      <div className="section-head">
        <h2 id="memberships">Memberships</h2>
        {memberships.length === 0 && change(undefined)}
      </div>
      {memberships.length === 0 && <p className="faint">Belongs to no tenant.</p>}
      {roles.length > 0 && (
        <p>
          In force everywhere: <Roles roles={roles} />
        </p>
      )}
      {permissions.length > 0 && (
        <p>
          Given directly, everywhere: <Given permissions={permissions} />
        </p>
      )}
      {memberships.length > 0 && (
        <ThingTable
          things={memberships.map((each) => ({ ...each, id: each.tenant }))}
          chosen={memberships.length > 1 ? chosen : undefined}
          columns={[
            { title: 'Tenant', cell: ({ tenant }) => <TenantLink id={tenant} /> },
            { title: 'Roles', cell: ({ roles }) => <Roles roles={roles} />, className: 'wrap' },
            {
              title: 'Given directly',
              cell: ({ permissions }) => <Given permissions={permissions} />,
              className: 'wide wrap',
            },
            { title: 'At sign-in', cell: ({ isDefault }) => isDefault && 'this one', className: 'faint wide' },
            { title: '', cell: ({ tenant }) => change(tenant), className: 'number' },
          ]}
        />
      )}
    </section>
  )
}

function Given({ permissions }: Pick<Membership, 'permissions'>) {
  return permissions.length > 0 ? <code>{permissions.join(', ')}</code> : <span className="faint">nothing</span>
}

function Roles({ roles }: { roles: readonly Role[] }) {
  const { data: me } = useSuspenseQuery(meQuery)
  if (roles.length === 0) return <span className="faint">none</span>
  return roles.map(({ id, name }, index) => (
    <span key={id}>
      {index > 0 && ', '}
      {iamCan.seeRoles(me).may ? <Link {...pathTo.role(id)}>{name}</Link> : name}
    </span>
  ))
}
