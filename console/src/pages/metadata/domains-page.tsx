import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'
import { answerOf, hub } from '../../api/client.ts'
import { allMetadata, type Domain, domainsQuery, metadataEvents } from '../../api/metadata-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { useLiveRefresh } from '../../live/use-live-refresh.ts'
import { metadataCan } from '../../metadata-can.ts'
import { pathTo } from '../../path-builder.ts'
import type { DomainsSearch } from '../../search.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { FilterField } from '../../ui/filter-field.tsx'
import { Form } from '../../ui/form.tsx'
import { Moment } from '../../ui/moment.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { TenantLink } from '../../ui/tenant-link.tsx'
import { type Column, ThingList } from '../../ui/thing-table.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { DomainFields, domainBody } from './domain-fields.tsx'
import { modeNames } from './metadata-words.ts'

const route = getRouteApi('/inside/domains')

/** The domains of the tenant, and those that are public. */
export function DomainsPage() {
  const search = route.useSearch()
  const { data: me } = useSuspenseQuery(meQuery)
  const { change, open, close } = usePageSearch<DomainsSearch>(search, pathTo.domains)
  const query = useQuery(domainsQuery(search))
  useLiveRefresh(metadataEvents, allMetadata)
  const onText = useCallback((q: string) => change({ q }), [change])
  return (
    <div className="page">
      <PageHead title="Domains">
        <ActionButton leave={metadataCan.create(me)} onAction={() => open('create')} tone="primary">
          Create domain
        </ActionButton>
      </PageHead>
      <search className="filters">
        <FilterField label="Find" value={search.q ?? ''} onChange={onText} placeholder="name or description" isMain />
        <SelectField
          label="Read by"
          value={search.public ?? ''}
          onChange={(wanted) => change({ public: wanted as 'yes' })}
          options={[
            ['', 'All'],
            ['yes', 'Every tenant'],
            ['no', 'One tenant'],
          ]}
        />
      </search>
      <ThingList
        query={query}
        columns={columns}
        names={['domain', 'domains']}
        sort={search.sort ?? 'name'}
        onSort={(sort) => change({ sort: sort as 'name' })}
        onPage={(page) => change({ page })}
        empty={<NoDomain isFiltered={search.q !== undefined || search.public !== undefined} />}
      />
      {search.do === 'create' && <NewDomain onClose={close} />}
    </div>
  )
}

const columns: readonly Column<Domain>[] = [
  {
    title: 'Domain',
    sort: 'name',
    className: 'wrap',
    cell: ({ id, name, public: isPublic }) => (
      <>
        <Link {...pathTo.domain(id)} className="row-link" data-row>
          {name}
        </Link>{' '}
        {isPublic && <span className="badge good">public</span>}
      </>
    ),
  },
  { title: 'Description', className: 'clip faint wide', cell: ({ description }) => description },
  { title: 'Of', className: 'wide', cell: ({ tenant }) => (tenant ? <TenantLink id={tenant} /> : 'the hub') },
  { title: 'Keeps', className: 'wide', cell: ({ compatibility }) => modeNames[compatibility].split(':')[0] },
  { title: 'Changed', sort: 'updatedAt', className: 'faint', cell: ({ updatedAt }) => <Moment at={updatedAt} /> },
]

function NoDomain({ isFiltered }: { isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyState title="No domain fits">
      <p>
        <Link {...pathTo.domains()}>Show all domains</Link>
      </p>
    </EmptyState>
  ) : (
    <EmptyState title="No domain yet">
      <p>
        A domain holds JSON Schemas that belong together: what the applications of a tenant agree on. Each schema keeps
        all its versions, and no change breaks unseen what refers to it.
      </p>
    </EmptyState>
  )
}

function NewDomain({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate()
  const create = (values: FormData) => {
    const body = { ...domainBody(values), name: String(values.get('name')) }
    return answerOf(hub.POST('/metadata-repository/api/v1/domains', { body }))
  }
  return (
    <Dialog title="Create a domain" onClose={onClose}>
      <Form
        action="Create"
        onSubmit={create}
        onDone={({ data }) => navigate({ ...pathTo.domain(data.id), replace: true })}
        onCancel={onClose}
      >
        <DomainFields />
      </Form>
    </Dialog>
  )
}
