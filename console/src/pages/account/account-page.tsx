import { useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { answerOf, hub } from '../../api/client.ts'
import { membershipsQuery } from '../../api/iam-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { switchTenant } from '../../api/session.ts'
import { no, yes } from '../../leave.ts'
import { pathTo } from '../../path-builder.ts'
import type { AccountSearch } from '../../search.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Form, textOf } from '../../ui/form.tsx'
import { CheckField, TextField } from '../../ui/form-fields.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Moment } from '../../ui/moment.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { ShortId } from '../../ui/short-id.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { ThingTable } from '../../ui/thing-table.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { passwordHint } from '../users/new-user.tsx'
import { Why } from '../users/why.tsx'
import { MyGrants } from './my-grants.tsx'

const route = getRouteApi('/inside/account')

/** One's own account. */
export function AccountPage() {
  const search = route.useSearch()
  const { data: me } = useSuspenseQuery(meQuery)
  const { change } = usePageSearch<AccountSearch>(search, pathTo.account)
  return (
    <div className="page">
      <PageHead title="Account" />
      <div className="columns">
        <section className="card pad" aria-labelledby="me">
          <h2 id="me">{me.username}</h2>
          <Facts>
            <Fact name="User">
              <ShortId id={me.id} what="user id" />
            </Fact>
            <Fact name="Roles">{me.roles.map(({ name }) => name).join(', ') || 'none'}</Fact>
            <Fact name="Login ends">{me.tokenExpiresAt ? <Moment at={me.tokenExpiresAt} /> : 'never'}</Fact>
          </Facts>
          <Names />
          <p className="links">
            <Link {...pathTo.tokens()}>My tokens and logins</Link>
          </p>
        </section>
        <Password />
      </div>
      <Memberships />
      <MyGrants />
      <Why of="me" who="you" permission={search.permission ?? ''} onAsk={(permission) => change({ permission })} />
    </div>
  )
}

function Names() {
  const { data: me } = useSuspenseQuery(meQuery)
  const change = (values: FormData) => {
    const body = { firstname: textOf(values, 'firstname') ?? null, lastname: textOf(values, 'lastname') ?? null }
    return answerOf(hub.PATCH('/iam/api/v1/users/me', { body }))
  }
  return (
    <Form action="Save names" onSubmit={change} tone="plain">
      <div className="form-row">
        <TextField label="First name" name="firstname" defaultValue={me.firstname} autoComplete="given-name" />
        <TextField label="Last name" name="lastname" defaultValue={me.lastname} autoComplete="family-name" />
      </div>
    </Form>
  )
}

function Password() {
  const [changes, setChanges] = useState(0)
  const change = (values: FormData) => {
    const body = {
      currentPassword: String(values.get('currentPassword')),
      newPassword: String(values.get('newPassword')),
      endTokens: values.has('endTokens'),
    }
    return answerOf(hub.PUT('/iam/api/v1/users/me/password', { body }))
  }
  return (
    <section className="card pad" aria-labelledby="password">
      <h2 id="password">Password</h2>
      {changes > 0 && <p role="status">It is changed. All your other logins have ended.</p>}
      <Form
        key={changes}
        action="Change password"
        tone="plain"
        onSubmit={change}
        onDone={() => setChanges(changes + 1)}
      >
        <TextField
          label="Present password"
          name="currentPassword"
          type="password"
          required
          autoComplete="current-password"
        />
        <TextField
          label="New password"
          name="newPassword"
          type="password"
          required
          autoComplete="new-password"
          hint={passwordHint}
        />
        <CheckField label="End the tokens that I have made too" name="endTokens" />
      </Form>
    </section>
  )
}

function Memberships() {
  const query = useQuery(membershipsQuery)
  const switching = useMutation({ mutationFn: switchTenant, onSuccess: () => location.reload() })
  return (
    <section aria-labelledby="memberships">
      <div className="section-head">
        <h2 id="memberships">Tenants</h2>
      </div>
      {switching.error && <ProblemNotice error={switching.error} />}
      <Loaded query={query}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="faint">You belong to no tenant.</p>
          ) : (
            <ThingTable
              things={data.map((each) => ({ ...each, id: each.tenant }))}
              columns={[
                {
                  title: 'Tenant',
                  cell: ({ name, isCurrent }) => (
                    <>
                      <strong>{name}</strong> {isCurrent && <span className="badge good">you act in it</span>}
                    </>
                  ),
                },
                { title: 'Status', cell: ({ status }) => <StatusBadge status={status} />, className: 'wide' },
                { title: 'Roles', cell: ({ roles }) => roles.map(({ name }) => name).join(', ') },
                { title: 'At sign-in', cell: ({ isDefault }) => isDefault && 'this one', className: 'faint wide' },
                {
                  title: '',
                  className: 'number',
                  cell: ({ tenant, status, isCurrent }) => (
                    <ActionButton
                      leave={
                        isCurrent ? no('You act in it already') : status === 'ACTIVE' ? yes : no(`It is ${status}`)
                      }
                      isBusy={switching.isPending}
                      onAction={() => switching.mutate(tenant)}
                    >
                      Switch
                    </ActionButton>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
    </section>
  )
}
