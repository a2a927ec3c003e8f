import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Tabs } from 'radix-ui'
import { useCallback, useState } from 'react'
import { allMetadata, domainQuery, metadataEvents, type Schema, schemaQuery } from '../../api/metadata-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { useLiveRefresh } from '../../live/use-live-refresh.ts'
import { metadataCan } from '../../metadata-can.ts'
import { pathTo } from '../../path-builder.ts'
import type { SchemaSearch } from '../../search.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { JsonView } from '../../ui/json-view.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { DeleteSchema } from './delete-schema.tsx'
import { SchemaDetails } from './schema-details.tsx'
import { type Draft, SchemaDraft } from './schema-draft.tsx'
import { SchemaReferences } from './schema-references.tsx'
import { SchemaVersions } from './schema-versions.tsx'
import { ValidateBox } from './validate-box.tsx'

const route = getRouteApi('/inside/domains/$domainId/schemas/$')

/** One schema: its JSON, what refers to what, a draft of a change, its versions, and a place to try documents. */
export function SchemaPage() {
  const { domainId, _splat: uri = '' } = route.useParams()
  const query = useQuery(schemaQuery({ domainId, uri }))
  const domain = useQuery(domainQuery(domainId)).data?.data
  useLiveRefresh(metadataEvents, allMetadata)
  return (
    <div className="page">
      <p className="crumbs">
        <Link {...pathTo.domains()}>Domains</Link> /{' '}
        <Link {...pathTo.domain(domainId)}>{domain?.name ?? 'Domain'}</Link>
      </p>
      <Loaded query={query} title="Schema">
        {({ data }) => <SchemaView key={data.id} schema={data} />}
      </Loaded>
    </div>
  )
}

/** The first is what is shown unless the address says otherwise. */
const tabs = [
  ['schema', 'Schema'],
  ['change', 'Draft a change'],
  ['versions', 'Versions'],
  ['validate', 'Validate'],
] as const

function SchemaView({ schema }: { schema: Schema }) {
  const { domainId, uri, name } = schema
  const search = route.useSearch()
  const { data: me } = useSuspenseQuery(meQuery)
  const to = useCallback((changed: SchemaSearch) => pathTo.schema({ domainId, uri }, changed), [domainId, uri])
  const { open, close } = usePageSearch<SchemaSearch>(search, to)
  const navigate = route.useNavigate()
  // It stays while one looks at the other tabs.
  const [draft, setDraft] = useState<Draft>()
  const shown = {
    schema: <Overview schema={schema} />,
    change: <SchemaDraft schema={schema} draft={draft} onDraft={setDraft} />,
    versions: <SchemaVersions schema={schema} />,
    validate: <ValidateBox schema={schema} />,
  }
  const show = (tab: string) => {
    // The tabs have no other values.
    const next = tab === 'schema' ? {} : { show: tab as NonNullable<SchemaSearch['show']> }
    void navigate({ ...to(next), resetScroll: false })
  }
  return (
    <>
      <PageHead title={name} beside={<span className="badge idle">{schema.dialect}</span>}>
        <ActionButton leave={metadataCan.change(me, schema)} onAction={() => open('delete')}>
          Delete
        </ActionButton>
      </PageHead>
      {schema.description && <p className="intro wrapped">{schema.description}</p>}
      <Tabs.Root value={search.show ?? 'schema'} onValueChange={show}>
        <Tabs.List className="tabs" aria-label="What of the schema is shown">
          {tabs.map(([value, title]) => (
            <Tabs.Trigger key={value} value={value}>
              {title}
              {value === 'versions' && ` (${schema.version})`}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {tabs.map(([value]) => (
          <Tabs.Content key={value} value={value}>
            {shown[value]}
          </Tabs.Content>
        ))}
      </Tabs.Root>
      {search.do && <DeleteSchema schema={schema} onClose={close} />}
    </>
  )
}

function Overview({ schema }: { schema: Schema }) {
  return (
    <>
      <JsonView label="JSON Schema" value={schema.value} />
      <div className="columns">
        <SchemaDetails schema={schema} />
        <SchemaReferences schema={schema} />
      </div>
    </>
  )
}
