import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, hub } from '../../api/client.ts'
import { grantsQuery } from '../../api/iam-queries.ts'
import type { Answer } from '../../api/queries.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Moment } from '../../ui/moment.tsx'
import { TenantLink } from '../../ui/tenant-link.tsx'
import { type Column, ThingTable } from '../../ui/thing-table.tsx'

type Grant = Answer<'/iam/api/v1/users/me/grants'>['data'][number]

/** What each scope lets an application have. */
const meanings: Record<Grant['scopes'][number], string> = {
  openid: 'who you are',
  profile: 'your names',
  global: 'your roles and permissions',
  offline_access: 'also when you are away',
}

/** The applications that one has signed in to by the hub, and the way to take back what they were granted. */
export function Grants() {
  const query = useQuery(grantsQuery)
  const [ending, setEnding] = useState<Grant>()
  const actions: Column<Grant> = {
    title: '',
    className: 'number',
    cell: (grant) => (
      <button type="button" className="button plain" onClick={() => setEnding(grant)}>
        Take back
      </button>
    ),
  }
  return (
    <section aria-labelledby="grants">
      <div className="section-head">
        <h2 id="grants">Applications you have signed in to</h2>
      </div>
      <Loaded query={query}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="faint">None yet. What you sign in to with this account is listed here.</p>
          ) : (
            <ThingTable things={data} columns={[...columns, actions]} />
          )
        }
      </Loaded>
      {ending && <TakeBack grant={ending} onClose={() => setEnding(undefined)} />}
    </section>
  )
}

const columns: readonly Column<Grant>[] = [
  { title: 'Application', cell: ({ name }) => <strong>{name}</strong> },
  { title: 'May see', cell: ({ scopes }) => scopes.map((scope) => meanings[scope]).join(', '), className: 'wrap' },
  {
    title: 'In tenant',
    className: 'wide',
    cell: ({ tenants }) => (
      <span className="links">
        {tenants.map((tenant) => (
          <TenantLink key={tenant} id={tenant} />
        ))}
      </span>
    ),
  },
  { title: 'Since', cell: ({ grantedAt }) => <Moment at={grantedAt} />, className: 'faint wide' },
  { title: 'Ends', cell: ({ expiresAt }) => <Moment at={expiresAt} />, className: 'faint' },
]

function TakeBack({ grant: { id, name, trusted }, onClose }: { grant: Grant; onClose: () => void }) {
  return (
    <ConfirmDialog
      title={`Take back what ${name} may see?`}
      action="Take back"
      onConfirm={() => answerOf(hub.DELETE('/iam/api/v1/users/me/grants/{id}', { params: { path: { id } } }))}
      onDone={onClose}
      onClose={onClose}
    >
      <p>
        Its tokens are void at once.{' '}
        {trusted
          ? 'The hub trusts it: when you sign in to it again, it is granted the same without a question.'
          : 'When you sign in to it again, it has to ask.'}
      </p>
    </ConfirmDialog>
  )
}
