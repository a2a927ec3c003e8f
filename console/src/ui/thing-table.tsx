import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { moveByArrows } from './arrow-keys.ts'
import { EmptyState } from './empty-state.tsx'
import { Loaded } from './loaded.tsx'
import { Pager } from './pager.tsx'

/** One column of a table of things. */
export interface Column<T> {
  readonly title: string
  readonly cell: (thing: T) => ReactNode
  /** By which name the hub sorts it. */
  readonly sort?: string
  /** `number`, `faint`, `clip`; `wide` where it is not shown on a narrow screen. */
  readonly className?: string
}

interface TableProps<T> {
  readonly things: readonly T[]
  readonly columns: readonly Column<T>[]
  readonly sort?: string | undefined
  readonly onSort?: (sort: string) => void
  /** Which of them is looked at elsewhere on the page. */
  readonly chosen?: string | undefined
}

/** Things, a row each. Links marked `data-row` are reached by the arrow keys. */
export function ThingTable<T extends { readonly id: string }>({
  things,
  columns,
  sort,
  onSort,
  chosen,
}: TableProps<T>) {
  return (
    <div className="card table">
      <table onKeyDown={moveByArrows}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.title} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {things.map((thing) => (
            <tr key={thing.id} aria-current={thing.id === chosen || undefined}>
              {columns.map(({ title, cell, className }) => (
                <td key={title} className={className}>
                  {cell(thing)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface HeadProps {
  readonly column: Omit<Column<never>, 'cell'>
  readonly sort: string | undefined
  readonly onSort: ((sort: string) => void) | undefined
}

function Head({ column: { title, sort: name, className }, sort, onSort }: HeadProps) {
  if (name === undefined || onSort === undefined) {
    return (
      <th scope="col" className={className}>
        {title || <span className="hidden">Actions</span>}
      </th>
    )
  }
  const direction = sort === name ? 'ascending' : sort === `-${name}` ? 'descending' : 'none'
  return (
    <th scope="col" className={className} aria-sort={direction}>
      <button type="button" className="sort" onClick={() => onSort(direction === 'ascending' ? `-${name}` : name)}>
        {title}
        <span aria-hidden="true">{{ ascending: ' ↑', descending: ' ↓', none: '' }[direction]}</span>
      </button>
    </th>
  )
}

interface ListProps<T> extends Omit<TableProps<T>, 'things'> {
  readonly query: UseQueryResult<{ readonly data: readonly T[]; readonly meta: Parameters<typeof Pager>[0]['meta'] }>
  /** What is listed: one, and several. */
  readonly names: readonly [string, string]
  readonly onPage: (page: number) => void
  /** What leads back and on. */
  readonly ways?: readonly [string, string]
  /** Shown where there is nothing. */
  readonly empty: ReactNode
}

/** A page of a list that a query finds, with the way to the others. */
export function ThingList<T extends { readonly id: string }>({
  query,
  names,
  onPage,
  ways = ['Previous', 'Next'],
  empty,
  ...table
}: ListProps<T>) {
  return (
    <Loaded query={query}>
      {({ data, meta }) => {
        if (data.length === 0 && meta.total === 0) return empty
        if (data.length === 0) return <PastTheEnd onPage={onPage} />
        return (
          <>
            <ThingTable things={data} {...table} />
            <Pager meta={meta} onPage={onPage} things={names[meta.total === 1 ? 0 : 1]} ways={ways} />
          </>
        )
      }}
    </Loaded>
  )
}

function PastTheEnd({ onPage }: { onPage: (page: number) => void }) {
  return (
    <EmptyState title="There are not so many pages">
      <p>
        <button type="button" className="button" onClick={() => onPage(1)}>
          Show the first page
        </button>
      </p>
    </EmptyState>
  )
}
