import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback } from 'react'
import { meQuery } from '../../api/queries.ts'
import { type SecretType, secretsQuery } from '../../api/secret-queries.ts'
import { pathTo } from '../../path-builder.ts'
import type { SecretsSearch } from '../../search.ts'
import { secretCan } from '../../secret-can.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { FilterField } from '../../ui/filter-field.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { ThingList } from '../../ui/thing-table.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { NewSecret } from './new-secret.tsx'
import { secretColumns } from './secret-columns.tsx'
import { typeNames } from './secret-words.ts'

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
        columns={secretColumns(me)}
        names={['secret', 'secrets']}
        onPage={(page) => change({ page })}
        empty={<NoSecret isFiltered={search.q !== undefined || search.type !== undefined} />}
      />
      {search.do === 'create' && <NewSecret provider={search.provider} onClose={close} />}
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
        <Link {...pathTo.secrets({ do: 'create' })}>Create the first one</Link>, or{' '}
        <Link {...pathTo.providers()}>connect an account</Link> at a provider.
      </p>
    </EmptyState>
  )
}
