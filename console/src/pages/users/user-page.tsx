import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback } from 'react'
import { type User, userMembershipsQuery, userQuery } from '../../api/iam-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { iamCan } from '../../iam-can.ts'
import { pathTo } from '../../path-builder.ts'
import type { UserSearch } from '../../search.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Moment } from '../../ui/moment.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { ShortId } from '../../ui/short-id.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { TokenList } from '../tokens/token-list.tsx'
import { Memberships, memberOf } from './memberships.tsx'
import { StatusSwitch, UserDialogs } from './user-dialogs.tsx'
import { fullName } from './user-list.tsx'
import { Why } from './why.tsx'

const route = getRouteApi('/inside/users/$userId')

/** One user: who it is, what it may do and why, and by which logins and tokens it acts. */
export function UserPage() {
  const { userId } = route.useParams()
  const query = useQuery(userQuery(userId))
  return (
    <div className="page">
      <p className="crumbs">
        <Link {...pathTo.users()}>Users</Link>
      </p>
      <Loaded query={query} title="User">
        {(user) => <UserView key={user.id} user={user} />}
      </Loaded>
    </div>
  )
}

function UserView({ user }: { user: User }) {
  const search = route.useSearch()
  const { data: me } = useSuspenseQuery(meQuery)
  const to = useCallback((changed: UserSearch) => pathTo.user(user.id, changed), [user.id])
  const { change, open, close } = usePageSearch<UserSearch>(search, to)
  const query = useQuery(userMembershipsQuery(user.id))
  const memberships = query.data?.data ?? []
  const tenant = search.tenant ?? user.tenant
  return (
    <>
      <PageHead title={user.username} beside={<StatusBadge status={user.status} />}>
        <ActionButton leave={iamCan.changeUser(me)} onAction={() => open('change')}>
          Change
        </ActionButton>
        <ActionButton leave={iamCan.changeUser(me)} onAction={() => open('password')}>
          Set password
        </ActionButton>
        <StatusSwitch user={user} leave={iamCan.standUser(me, user)} />
        <ActionButton leave={iamCan.deleteUser(me, user)} onAction={() => open('delete')}>
          Delete
        </ActionButton>
      </PageHead>
      <Account user={user} />
      <Loaded query={query}>
        {({ data }) => (
          <Memberships
            user={user}
            memberships={data}
            chosen={tenant}
            onChange={(changed) => open('rights', changed ? { tenant: changed } : {})}
          />
        )}
      </Loaded>
      <Why
        of={{ userId: user.id, tenant: search.tenant }}
        who={user.username}
        permission={search.permission ?? ''}
        onAsk={(permission) => change({ permission })}
      >
        {memberships.length > 1 && (
          <SelectField
            label="As a member of"
            value={tenant ?? ''}
            onChange={(chosen) => change({ tenant: chosen })}
            options={memberships.map((each) => [each.tenant, each.name] as const)}
          />
        )}
      </Why>
      <section className="stack" aria-labelledby="tokens">
        <div className="section-head">
          <h2 id="tokens">Tokens and logins</h2>
        </div>
        <TokenList of={user.id} />
      </section>
      {search.do && query.data && (
        <UserDialogs user={user} member={memberOf(user, memberships, tenant)} doing={search.do} onClose={close} />
      )}
    </>
  )
}

function Account({ user }: { user: User }) {
  return (
    <section className="card pad" aria-labelledby="account">
      <h2 id="account">Account</h2>
      <Facts>
        <Fact name="Name">{fullName(user) || <span className="faint">not stated</span>}</Fact>
        <Fact name="User">
          <ShortId id={user.id} what="user id" />
        </Fact>
        <Fact name="Created">
          <Moment at={user.createdAt} />
        </Fact>
        <Fact name="Changed">
          <Moment at={user.updatedAt} />
        </Fact>
      </Facts>
      <p className="links">
        <Link {...pathTo.audit({ user: user.id })}>What they did, in the audit log</Link>
      </p>
    </section>
  )
}
