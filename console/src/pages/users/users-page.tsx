import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback } from 'react'
import { roleChoicesQuery, type Status, statuses, tenantChoicesQuery, usersQuery } from '../../api/iam-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { iamCan } from '../../iam-can.ts'
import { pathTo } from '../../path-builder.ts'
import type { UsersSearch } from '../../search.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { FilterField } from '../../ui/filter-field.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { NewUser } from './new-user.tsx'
import { UserList } from './user-list.tsx'

const route = getRouteApi('/inside/users')

/** The people of the tenant; for administrators of the hub, of all tenants. */
export function UsersPage() {
  const search = route.useSearch()
  const { data: me } = useSuspenseQuery(meQuery)
  const { change, open, close } = usePageSearch<UsersSearch>(search, pathTo.users)
  const query = useQuery(usersQuery(search))
  const { q, status, tenant, role } = search
  const isFiltered = [q, status, tenant, role].some((each) => each !== undefined)
  return (
    <div className="page">
      <PageHead title="Users">
        <ActionButton leave={iamCan.createUser(me)} onAction={() => open('create')} tone="primary">
          New user
        </ActionButton>
      </PageHead>
      <UserFilters search={search} onChange={change} />
      <UserList
        query={query}
        sort={search.sort ?? 'username'}
        onChange={change}
        showsTenant={me.permissions.includes('all')}
        empty={<NoUser isFiltered={isFiltered} />}
      />
      {search.do === 'create' && <NewUser tenant={search.tenant} onClose={close} />}
    </div>
  )
}

function NoUser({ isFiltered }: { isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyState title="No user fits">
      <p>
        <Link {...pathTo.users()}>Show all users</Link>
      </p>
    </EmptyState>
  ) : (
    <EmptyState title="No user yet">
      <p>
        Whoever is to sign in here needs a user. <Link {...pathTo.users({ do: 'create' })}>Create the first one</Link>
      </p>
    </EmptyState>
  )
}

function UserFilters({ search, onChange }: { search: UsersSearch; onChange: (changed: Partial<UsersSearch>) => void }) {
  const { data: me } = useSuspenseQuery(meQuery)
  const roles = useQuery({ ...roleChoicesQuery, enabled: iamCan.seeRoles(me).may }).data?.data ?? []
  const hasTenants = iamCan.seeTenants(me).may
  const tenants = useQuery({ ...tenantChoicesQuery, enabled: hasTenants }).data?.data ?? []
  const onText = useCallback((q: string) => onChange({ q }), [onChange])
  return (
    <search className="filters">
      <FilterField label="Find" value={search.q ?? ''} onChange={onText} placeholder="part of a name" isMain />
      <SelectField
        label="Status"
        value={search.status ?? ''}
        onChange={(status) => onChange({ status: status as Status })}
        options={[['', 'All'], ...statuses.map((each) => [each, each] as const)]}
      />
      <SelectField
        label="Role"
        value={search.role ?? ''}
        onChange={(role) => onChange({ role })}
        options={[['', 'All'], ...roles.map(({ id, name }) => [id, name] as const)]}
      />
      {hasTenants && (
        <SelectField
          label="Tenant"
          value={search.tenant ?? ''}
          onChange={(tenant) => onChange({ tenant })}
          options={[['', 'All'], ...tenants.map(({ id, name }) => [id, name] as const)]}
        />
      )}
    </search>
  )
}
