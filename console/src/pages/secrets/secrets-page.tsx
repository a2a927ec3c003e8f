import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback } from 'react'
import { meQuery } from '../../api/queries.ts'
import { type SecretInList, type SecretType, secretsQuery } from '../../api/secret-queries.ts'
import type { Actor } from '../../leave.ts'
import { pathTo } from '../../path-builder.ts'
import type { SecretsSearch } from '../../search.ts'
import { secretCan } from '../../secret-can.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { FilterField } from '../../ui/filter-field.tsx'
import { Moment } from '../../ui/moment.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { type Column, ThingList } from '../../ui/thing-table.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { NewSecret } from './new-secret.tsx'
import { SecretEnd } from './secret-end.tsx'
import { ownersText, typeNames } from './secret-words.ts'

const route = getRouteApi('/inside/secrets')

/** One's own secrets and those of the tenant. */
export function SecretsPage() {
  const search = route.useSearch()
  const { data: me } = useSuspenseQuery(meQuery)
  const { change, open, close } = usePageSearch<SecretsSearch>(search, pathTo.secrets)
  const query = useQuery(secretsQuery(search))
  const onText = useCallback((q: string) => change({ q }), [change])
  return (
    <div className="page">
      <PageHead title="Secrets">
        <ActionButton leave={secretCan.create(me)} onAction={() => open('create')} tone="primary">
          Create secret
        </ActionButton>
      </PageHead>
      <search className="filters">
        <FilterField label="Find" value={search.q ?? ''} onChange={onText} placeholder="part of a name" isMain />
        <SelectField
          label="Type"
          value={search.type ?? ''}
          onChange={(type) => change({ type: type as SecretType })}
          options={[['', 'All'], ...Object.entries(typeNames)]}
        />
      </search>
      <ThingList
        query={query}
        columns={columnsFor(me)}
        names={['secret', 'secrets']}
        onPage={(page) => change({ page })}
        empty={<NoSecret isFiltered={search.q !== undefined || search.type !== undefined} />}
      />
      {search.do === 'create' && <NewSecret onClose={close} />}
    </div>
  )
}

function NoSecret({ isFiltered }: { isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyState title="No secret fits">
      <p>
        <Link {...pathTo.secrets()}>Show all secrets</Link>
      </p>
    </EmptyState>
  ) : (
    <EmptyState title="No secret yet">
      <p>
        A secret is what a step needs to sign in elsewhere: a password, an API key. It is kept sealed, and every reading
        is on record. Here are your own and those that the tenant owns.{' '}
        <Link {...pathTo.secrets({ do: 'create' })}>Create the first one</Link>
      </p>
    </EmptyState>
  )
}

const columnsFor = (me: Actor): readonly Column<SecretInList>[] => [
  {
    title: 'Secret',
    className: 'wrap',
    cell: ({ id, name, currentError }) => (
      <>
        <Link {...pathTo.secret(id)} className="row-link" data-row>
          {name}
        </Link>
        {currentError && (
          <>
            <br />
            <small className="fault">Not renewed: {currentError.message}</small>
          </>
        )}
      </>
    ),
  },
  { title: 'Type', cell: ({ type }) => typeNames[type] },
  { title: 'Owners', cell: ({ owners }) => ownersText(owners, me), className: 'wide' },
  { title: 'Ends', cell: (secret) => <SecretEnd secret={secret} />, className: 'faint' },
  { title: 'Changed', cell: ({ updatedAt }) => <Moment at={updatedAt} />, className: 'faint wide' },
]
