import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback } from 'react'
import { type Role, rolesQuery } from '../../api/iam-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { iamCan } from '../../iam-can.ts'
import { pathTo } from '../../path-builder.ts'
import type { RolesSearch } from '../../search.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { FilterField } from '../../ui/filter-field.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { TenantLink } from '../../ui/tenant-link.tsx'
import { type Column, ThingList } from '../../ui/thing-table.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { NewRole } from './role-dialogs.tsx'

const route = getRouteApi('/inside/roles')

/** Named sets of permissions: those of the hub, and the tenant's own. */
export function RolesPage() {
  const search = route.useSearch()
  const { data: me } = useSuspenseQuery(meQuery)
  const { change, open, close } = usePageSearch<RolesSearch>(search, pathTo.roles)
  const query = useQuery(rolesQuery(search))
  const onText = useCallback((q: string) => change({ q }), [change])
  return (
    <div className="page">
      <PageHead title="Roles">
        <ActionButton leave={iamCan.createRole(me)} onAction={() => open('create')} tone="primary">
          New role
        </ActionButton>
      </PageHead>
      <search className="filters">
        <FilterField label="Find" value={search.q ?? ''} onChange={onText} placeholder="part of a name" isMain />
      </search>
      <ThingList
        query={query}
        columns={columns}
        names={['role', 'roles']}
        onPage={(page) => change({ page })}
        empty={
          <EmptyState title="No role fits">
            <p>
              <Link {...pathTo.roles()}>Show all roles</Link>
            </p>
          </EmptyState>
        }
      />
      {search.do === 'create' && <NewRole onClose={close} />}
    </div>
  )
}

const columns: readonly Column<Role>[] = [
  {
    title: 'Role',
    cell: ({ id, name }) => (
      <Link {...pathTo.role(id)} className="row-link" data-row>
        {name}
      </Link>
    ),
  },
  { title: 'Of', cell: ({ isGlobal, tenant }) => (isGlobal ? 'the hub' : <TenantLink id={tenant} />) },
  { title: 'What it is for', cell: ({ description }) => description, className: 'wrap wide' },
  { title: 'Gives', cell: ({ permissions }) => givesText(permissions), className: 'faint' },
]

function givesText(permissions: readonly string[]): string {
  if (permissions.includes('all')) return 'everything'
  if (permissions.includes('tenant.all')) return 'everything in its tenant'
  return permissions.length === 1 ? '1 permission' : `${permissions.length} permissions`
}
