import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import { type Status, statuses, type Tenant, tenantQuery, type User, usersQuery } from '../../api/iam-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { iamCan } from '../../iam-can.ts'
import { pathTo } from '../../path-builder.ts'
import type { TenantSearch } from '../../search.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { FilterField } from '../../ui/filter-field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Moment } from '../../ui/moment.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { ShortId } from '../../ui/short-id.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { UserList } from '../users/user-list.tsx'
import { RemoveMember, TenantDialogs } from './tenant-dialogs.tsx'

const route = getRouteApi('/inside/tenants/$tenantId')

/** One tenant with its members. */
export function TenantPage() {
  const { tenantId } = route.useParams()
  const { data: me } = useSuspenseQuery(meQuery)
  const query = useQuery(tenantQuery(tenantId))
  return (
    <div className="page">
      {iamCan.seeTenants(me).may && (
        <p className="crumbs">
          <Link {...pathTo.tenants()}>Tenants</Link>
        </p>
      )}
      <Loaded query={query} title="Tenant">
        {(tenant) => <TenantView key={tenant.id} tenant={tenant} />}
      </Loaded>
    </div>
  )
}

function TenantView({ tenant }: { tenant: Tenant }) {
  const search = route.useSearch()
  const { data: me } = useSuspenseQuery(meQuery)
  const to = useCallback((changed: TenantSearch) => pathTo.tenant(tenant.id, changed), [tenant.id])
  const { change, open, close } = usePageSearch<TenantSearch>(search, to)
  return (
    <>
      <PageHead title={tenant.name} beside={<StatusBadge status={tenant.status} />}>
        <ActionButton leave={iamCan.renameTenant(me)} onAction={() => open('rename')}>
          Change
        </ActionButton>
        {iamCan.readKey(me).may && (
          <button type="button" className="button" onClick={() => open('key')}>
            Key
          </button>
        )}
        <ActionButton leave={iamCan.exportTenant(me)} onAction={() => open('export')}>
          Export
        </ActionButton>
        <ActionButton leave={iamCan.deleteTenant(me)} onAction={() => open('delete')}>
          Delete
        </ActionButton>
      </PageHead>
      <section className="card pad" aria-label="Details">
        <Facts>
          <Fact name="Tenant">
            <ShortId id={tenant.id} what="tenant id" />
          </Fact>
          <Fact name="Created">
            <Moment at={tenant.createdAt} />
          </Fact>
          <Fact name="Changed">
            <Moment at={tenant.updatedAt} />
          </Fact>
        </Facts>
        <p className="links">
          <Link {...pathTo.audit({ tenant: tenant.id })}>Audit log of this tenant</Link>
        </p>
      </section>
      {iamCan.seeUsers(me).may && (
        <Members tenant={tenant} search={search} onChange={change} onTakeIn={() => open('take-in')} />
      )}
      {search.do && <TenantDialogs tenant={tenant} doing={search.do} onClose={close} />}
    </>
  )
}

interface MembersProps {
  readonly tenant: Tenant
  readonly search: TenantSearch
  readonly onChange: (changed: Partial<TenantSearch>) => void
  readonly onTakeIn: () => void
}

function Members({ tenant, search, onChange, onTakeIn }: MembersProps) {
  const { data: me } = useSuspenseQuery(meQuery)
  const [leaving, setLeaving] = useState<User>()
  const { q, status, sort = 'username' } = search
  const query = useQuery(usersQuery({ ...search, tenant: tenant.id }))
  const onText = useCallback((text: string) => onChange({ q: text }), [onChange])
  return (
    <section className="stack" aria-labelledby="members">
      <div className="section-head">
        <h2 id="members">Members</h2>
        <span className="row-actions">
          <ActionButton leave={iamCan.takeIn(me)} onAction={onTakeIn}>
            Take in a user
          </ActionButton>
          {iamCan.createUser(me).may && (
            <Link {...pathTo.users({ tenant: tenant.id, do: 'create' })} className="button">
              New user
            </Link>
          )}
        </span>
      </div>
      <search className="filters">
        <FilterField label="Find" value={q ?? ''} onChange={onText} placeholder="part of a name" isMain />
        <SelectField
          label="Status"
          value={status ?? ''}
          onChange={(next) => onChange({ status: next as Status })}
          options={[['', 'All'], ...statuses.map((each) => [each, each] as const)]}
        />
      </search>
      <UserList
        query={query}
        sort={sort}
        onChange={onChange}
        tenant={tenant.id}
        actions={(user) => (
          <ActionButton leave={iamCan.removeMember(me)} onAction={() => setLeaving(user)}>
            Remove
          </ActionButton>
        )}
        empty={<NoMember tenant={tenant} isFiltered={q !== undefined || status !== undefined} />}
      />
      {leaving && <RemoveMember tenant={tenant} user={leaving} onClose={() => setLeaving(undefined)} />}
    </section>
  )
}

function NoMember({ tenant, isFiltered }: { tenant: Tenant; isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyState title="No member fits">
      <p>
        <Link {...pathTo.tenant(tenant.id)}>Show all members</Link>
      </p>
    </EmptyState>
  ) : (
    <EmptyState title="Nobody belongs to it yet">
      <p>
        <Link {...pathTo.users({ tenant: tenant.id, do: 'create' })}>Create its first user</Link>, best one with the
        role TENANT_ADMIN, who creates the others.
      </p>
    </EmptyState>
  )
}
