import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'
import { catalogueQuery } from '../api/queries.ts'
import { pathTo } from '../path-builder.ts'
import type { CatalogueSearch } from '../search.ts'
import { moveByArrows } from '../ui/arrow-keys.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { FilterField } from '../ui/filter-field.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { Moment } from '../ui/moment.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { SelectField } from '../ui/select-field.tsx'

const route = getRouteApi('/inside/catalogue')

/** An event of the catalogue, with how often it was seen. */
interface CatalogueEntry {
  readonly name: string
  readonly service: string
  readonly summary: string
  readonly schema: unknown
  readonly seen: { readonly count: number; readonly lastAt?: string }
}

/** Every event that the hub knows, by service. */
export function CataloguePage() {
  const search = route.useSearch()
  const navigate = useNavigate()
  const query = useQuery(catalogueQuery)
  const change = useCallback(
    (changed: CatalogueSearch) => void navigate({ ...pathTo.catalogue({ ...search, ...changed }), replace: true }),
    [navigate, search],
  )
  const onText = useCallback((q: string) => change({ q }), [change])
  return (
    <div className="page">
      <PageHead title="Event catalogue" beside={query.data && <Seen {...query.data.meta} />} />
      <div className="filters">
        <FilterField label="Find" value={search.q ?? ''} onChange={onText} placeholder="name or words" isMain />
        <SelectField
          label="Seen"
          value={search.seen ?? ''}
          onChange={(seen) => change({ seen: seen as 'yes' })}
          options={[
            ['', 'All'],
            ['yes', 'Seen'],
            ['no', 'Not seen yet'],
          ]}
        />
      </div>
      <Loaded query={query}>{({ data }) => <Services entries={data.filter((entry) => fits(entry, search))} />}</Loaded>
    </div>
  )
}

function fits({ name, summary, seen }: CatalogueEntry, { q = '', seen: wanted }: CatalogueSearch): boolean {
  if (wanted !== undefined && seen.count > 0 !== (wanted === 'yes')) return false
  return `${name} ${summary}`.toLowerCase().includes(q.toLowerCase().trim())
}

function Seen({ seen, total }: { seen: number; total: number }) {
  return (
    <span className="seen">
      <meter min={0} max={total} value={seen} aria-label="Events seen" />
      <strong>
        {seen} of {total} seen
      </strong>
    </span>
  )
}

function Services({ entries }: { entries: readonly CatalogueEntry[] }) {
  if (entries.length === 0) {
    return (
      <EmptyState title="No event fits">
        <p>
          <Link {...pathTo.catalogue()}>Show all events</Link>
        </p>
      </EmptyState>
    )
  }
  return Object.entries(Object.groupBy(entries, ({ service }) => service)).map(([service, group = []]) => (
    <section key={service} className="card" aria-labelledby={`service-${service}`}>
      <h2 id={`service-${service}`}>{service}</h2>
      <ul className="rows" onKeyDown={moveByArrows}>
        {group.map((entry) => (
          <Entry key={entry.name} entry={entry} />
        ))}
      </ul>
    </section>
  ))
}

/** Sentences of the catalogue put names between backticks. */
function withCode(sentence: string) {
  return sentence.split('`').map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part))
}

function Entry({ entry: { name, summary, schema, seen } }: { entry: CatalogueEntry }) {
  const search = route.useSearch()
  const isOpen = search.event === name
  const { event: _open, ...others } = search
  return (
    <li>
      <Link
        {...pathTo.catalogue(isOpen ? others : { ...search, event: name })}
        className="entry"
        data-row
        aria-expanded={isOpen}
        resetScroll={false}
      >
        <span className="event-name">{name}</span>
        <span>{withCode(summary)}</span>
        <span className={seen.count > 0 ? 'count' : 'count faint'}>
          {seen.count > 0 ? `${seen.count.toLocaleString('en')}×` : 'not yet'}
        </span>
        <span className="faint last">{seen.lastAt && <Moment at={seen.lastAt} />}</span>
      </Link>
      {isOpen && (
        <div className="entry-body">
          <p className="links">
            <Link {...pathTo.live({ names: name })}>Watch live</Link>
            <Link {...pathTo.audit({ name })}>Find in the audit log</Link>
          </p>
          <JsonView label="Schema of the payload" value={schema} />
        </div>
      )}
    </li>
  )
}
