import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { userChoicesQuery } from '../../api/iam-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { iamCan } from '../../iam-can.ts'
import { allOf } from '../../leave.ts'
import { pathTo } from '../../path-builder.ts'
import type { TokensSearch } from '../../search.ts'
import { PageHead } from '../../ui/page-head.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { NewToken } from './token-dialogs.tsx'
import { TokenList } from './token-list.tsx'

const route = getRouteApi('/inside/tokens')

/** One's own tokens and logins; with the permission, those of others. */
export function TokensPage() {
  const search = route.useSearch()
  const { data: me } = useSuspenseQuery(meQuery)
  const { change, open, close } = usePageSearch<TokensSearch>(search, pathTo.tokens)
  const { of = me.id, page } = search
  return (
    <div className="page">
      <PageHead title="Tokens and logins">
        <button type="button" className="button primary" onClick={() => open('create')}>
          New token
        </button>
      </PageHead>
      <p className="intro">
        A login is a browser or program that has signed in; a token is made for a program and can be kept to what that
        needs.
      </p>
      <Whose value={search.of ?? ''} onChange={(next) => change({ of: next })} />
      <TokenList
        of={of === 'all' ? undefined : of}
        page={page}
        onPage={(next) => change({ ...(search.of && { of: search.of }), page: next })}
      />
      {search.do === 'create' && <NewToken onClose={close} />}
    </div>
  )
}

function Whose({ value, onChange }: { value: string; onChange: (of: string) => void }) {
  const { data: me } = useSuspenseQuery(meQuery)
  const isShown = allOf(iamCan.seeTokensOfOthers(me), iamCan.seeUsers(me)).may
  const users = useQuery({ ...userChoicesQuery, enabled: isShown }).data?.data ?? []
  if (!isShown) return null
  const others = users.filter(({ id }) => id !== me.id).map(({ id, username }) => [id, username] as const)
  const all = me.permissions.includes('all') ? [['all', 'Everybody’s'] as const] : []
  return (
    <div className="filters">
      <SelectField label="Whose" value={value} onChange={onChange} options={[['', 'Mine'], ...all, ...others]} />
    </div>
  )
}
