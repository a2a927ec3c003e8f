import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback } from 'react'
import { type Schema, type Version, versionQuery, versionsQuery } from '../../api/metadata-queries.ts'
import { pathTo } from '../../path-builder.ts'
import type { SchemaSearch } from '../../search.ts'
import { AccountLink } from '../../ui/account-link.tsx'
import { DiffView } from '../../ui/diff-view.tsx'
import { textOfJson } from '../../ui/json-field.tsx'
import { JsonView } from '../../ui/json-view.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Moment } from '../../ui/moment.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { type Column, ThingList } from '../../ui/thing-table.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'

const route = getRouteApi('/inside/domains/$domainId/schemas/$')
/** Versions to choose from, the newest; older ones are reached by the list. */
const MOST_CHOICES = 200

/** The versions of a schema, and what changed between any two. */
export function SchemaVersions({ schema }: { schema: Schema }) {
  const { id, domainId, uri, version: newest } = schema
  const search = route.useSearch()
  const toSchema = useCallback((next: SchemaSearch) => pathTo.schema({ domainId, uri }, next), [domainId, uri])
  const { change } = usePageSearch<SchemaSearch>(search, toSchema)
  const query = useQuery(versionsQuery(id, search.page))
  const to = Math.min(search.to ?? newest, newest)
  const from = Math.min(search.from ?? Math.max(1, to - 1), newest)
  return (
    <>
      <Comparison id={id} newest={newest} from={from} to={to} onChange={change} />
      <ThingList
        query={query}
        columns={columnsOf(toSchema)}
        names={['version', 'versions']}
        chosen={String(to)}
        onPage={(page) => change({ page })}
        ways={['Newer', 'Older']}
        empty={null}
      />
    </>
  )
}

const columnsOf = (
  toSchema: (search: SchemaSearch) => ReturnType<typeof pathTo.schema>,
): readonly Column<Version>[] => [
  {
    title: 'Version',
    cell: ({ version }) => (
      <Link
        {...toSchema({ show: 'versions', from: Math.max(1, version - 1), to: version })}
        className="row-link"
        data-row
        resetScroll={false}
      >
        {version}
      </Link>
    ),
  },
  { title: 'Made', cell: ({ createdAt }) => <Moment at={createdAt} />, className: 'faint' },
  { title: 'By', cell: ({ createdBy }) => (createdBy ? <AccountLink id={createdBy} /> : 'the hub'), className: 'wrap' },
  { title: 'Dialect', cell: ({ dialect }) => dialect, className: 'wide' },
]

interface ComparisonProps {
  readonly id: string
  readonly newest: number
  readonly from: number
  readonly to: number
  readonly onChange: (search: SchemaSearch) => void
}

function Comparison({ id, newest, from, to, onChange }: ComparisonProps) {
  const choices = Array.from({ length: Math.min(newest, MOST_CHOICES) }, (_, index) => String(newest - index))
  const options = choices.map((each) => [each, `Version ${each}`] as const)
  const [before, after] = [useQuery(versionQuery(id, from)), useQuery(versionQuery(id, to))]
  return (
    <section className="stack" aria-label="Comparison">
      <div className="filters">
        <SelectField
          label="From"
          value={String(from)}
          options={options}
          onChange={(version) => onChange({ from: Number(version), to })}
        />
        <SelectField
          label="To"
          value={String(to)}
          options={options}
          onChange={(version) => onChange({ from, to: Number(version) })}
        />
      </div>
      <Loaded query={before}>
        {({ data: former }) => (
          <Loaded query={after}>
            {({ data: later }) => (
              <>
                {from !== to && (
                  <DiffView
                    label={`Changes from version ${from} to ${to}`}
                    before={textOfJson(former.value)}
                    after={textOfJson(later.value)}
                  />
                )}
                <details open={from === to}>
                  <summary>Version {to} as a whole</summary>
                  <JsonView key={to} label={`Version ${to}`} value={later.value} />
                </details>
              </>
            )}
          </Loaded>
        )}
      </Loaded>
    </section>
  )
}
