import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'
import { answerOf, hub } from '../../api/client.ts'
import { type Status, statuses, type Tenant, tenantsQuery } from '../../api/iam-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { iamCan } from '../../iam-can.ts'
import { pathTo } from '../../path-builder.ts'
import type { TenantsSearch } from '../../search.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { FilterField } from '../../ui/filter-field.tsx'
import { Form } from '../../ui/form.tsx'
import { TextField } from '../../ui/form-fields.tsx'
import { Moment } from '../../ui/moment.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { ShortId } from '../../ui/short-id.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { type Column, ThingList } from '../../ui/thing-table.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { ImportTenant } from './import-tenant.tsx'

const route = getRouteApi('/inside/tenants')

/** The tenants of the hub. */
export function TenantsPage() {
  const search = route.useSearch()
  const { data: me } = useSuspenseQuery(meQuery)
  const { change, open, close } = usePageSearch<TenantsSearch>(search, pathTo.tenants)
  const query = useQuery(tenantsQuery(search))
  const onText = useCallback((q: string) => change({ q }), [change])
  return (
    <div className="page">
      <PageHead title="Tenants">
        <ActionButton leave={iamCan.importTenant(me)} onAction={() => open('import')}>
          Import
        </ActionButton>
        <ActionButton leave={iamCan.createTenant(me)} onAction={() => open('create')} tone="primary">
          New tenant
        </ActionButton>
      </PageHead>
      <search className="filters">
        <FilterField label="Find" value={search.q ?? ''} onChange={onText} placeholder="part of a name" isMain />
        <SelectField
          label="Status"
          value={search.status ?? ''}
          onChange={(status) => change({ status: status as Status })}
          options={[['', 'All'], ...statuses.map((each) => [each, each] as const)]}
        />
      </search>
      <ThingList
        query={query}
        columns={columns}
        names={['tenant', 'tenants']}
        sort={search.sort ?? 'name'}
        onSort={(sort) => change({ sort: sort as NonNullable<TenantsSearch['sort']> })}
        onPage={(page) => change({ page })}
        empty={<NoTenant isFiltered={search.q !== undefined || search.status !== undefined} />}
      />
      {search.do === 'create' && <NewTenant onClose={close} />}
      {search.do === 'import' && <ImportTenant onClose={close} />}
    </div>
  )
}

const columns: readonly Column<Tenant>[] = [
  {
    title: 'Tenant',
    sort: 'name',
    cell: ({ id, name }) => (
      <Link {...pathTo.tenant(id)} className="row-link" data-row>
        {name}
      </Link>
    ),
  },
  { title: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
  { title: 'Id', cell: ({ id }) => <ShortId id={id} what="tenant id" />, className: 'wide' },
  { title: 'Created', sort: 'createdAt', cell: ({ createdAt }) => <Moment at={createdAt} />, className: 'faint' },
]

function NoTenant({ isFiltered }: { isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyState title="No tenant fits">
      <p>
        <Link {...pathTo.tenants()}>Show all tenants</Link>
      </p>
    </EmptyState>
  ) : (
    <EmptyState title="No tenant yet">
      <p>
        A tenant is a customer or a department: its users see its flows, and nobody else’s.{' '}
        <Link {...pathTo.tenants({ do: 'create' })}>Create the first one</Link>, then users in it.
      </p>
    </EmptyState>
  )
}

function NewTenant({ onClose }: { onClose: () => unknown }) {
  const navigate = useNavigate()
  const create = (values: FormData) =>
    answerOf(hub.POST('/iam/api/v1/tenants', { body: { name: String(values.get('name')) } }))
  return (
    <Dialog title="New tenant" onClose={onClose}>
      <Form
        action="Create"
        onSubmit={create}
        onDone={({ id }) => navigate({ ...pathTo.tenant(id), replace: true })}
        onCancel={onClose}
      >
        <TextField label="Name" name="name" required placeholder="for example a company or a department" />
      </Form>
    </Dialog>
  )
}
