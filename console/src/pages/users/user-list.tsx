import { Link } from '@tanstack/react-router'
import type { ComponentProps, ReactNode } from 'react'
import type { Listing, User } from '../../api/iam-queries.ts'
import { pathTo } from '../../path-builder.ts'
import type { UsersSearch } from '../../search.ts'
import { Moment } from '../../ui/moment.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { TenantLink } from '../../ui/tenant-link.tsx'
import { type Column, ThingList } from '../../ui/thing-table.tsx'

interface UserListProps {
  readonly query: ComponentProps<typeof ThingList<User>>['query']
  readonly sort: NonNullable<UsersSearch['sort']>
  readonly onChange: (changed: Listing & Pick<UsersSearch, 'sort'>) => void
  readonly showsTenant?: boolean
  /** Of a tenant, as a member of which a user is looked at. */
  readonly tenant?: string
  /** A last column, for what may be done with each. */
  readonly actions?: (user: User) => ReactNode
  readonly empty: ReactNode
}

/** Users, a row each. */
export function UserList({ query, sort, onChange, showsTenant, tenant, actions, empty }: UserListProps) {
  const columns: readonly (Column<User> | false | undefined)[] = [
    {
      title: 'User',
      sort: 'username',
      cell: ({ id, username }) => (
        <Link {...pathTo.user(id, tenant ? { tenant } : {})} className="row-link" data-row>
          {username}
        </Link>
      ),
    },
    { title: 'Name', cell: fullName, className: 'wide' },
    { title: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
    showsTenant && { title: 'Tenant', cell: (user) => <TenantLink id={user.tenant} />, className: 'wide' },
    { title: 'Roles', cell: rolesText },
    {
      title: 'Created',
      sort: 'createdAt',
      cell: ({ createdAt }) => <Moment at={createdAt} />,
      className: 'faint wide',
    },
    actions && { title: '', cell: actions, className: 'number' },
  ]
  return (
    <ThingList
      query={query}
      columns={columns.filter((each) => each !== false && each !== undefined)}
      names={['user', 'users']}
      sort={sort}
      onSort={(name) => onChange({ sort: name as UsersSearch['sort'] & string })}
      onPage={(page) => onChange({ page })}
      empty={empty}
    />
  )
}

/** First and last name, as far as they are known. */
export function fullName({ firstname, lastname }: Pick<User, 'firstname' | 'lastname'>): string {
  return [firstname, lastname].filter(Boolean).join(' ')
}

function rolesText({ roles, permissions }: User): ReactNode {
  const given = permissions.length === 0 ? [] : [`${permissions.length} given directly`]
  const texts = [...roles.map(({ name }) => name), ...given]
  return texts.length > 0 ? texts.join(', ') : <span className="faint">none</span>
}
