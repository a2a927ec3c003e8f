import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, hub } from '../../api/client.ts'
import { grantsQuery } from '../../api/iam-queries.ts'
import type { Answer } from '../../api/queries.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Moment } from '../../ui/moment.tsx'
import { ThingTable } from '../../ui/thing-table.tsx'

type Grant = Answer<'/iam/api/v1/users/me/grants'>['data'][number]

/** What each scope lets an application have. */
const meanings: Record<Grant['scopes'][number], string> = {
  openid: 'who you are',
  profile: 'your names',
  global: 'your roles and permissions',
  offline_access: 'also when you are away',
}

/** The applications that one has signed in to by the hub, and the way to take that back. */
export function MyGrants() {
  const query = useQuery(grantsQuery)
  const [chosen, setChosen] = useState<Grant>()
  const close = () => setChosen(undefined)
  return (
    <section className="stack" aria-labelledby="grants">
      <h2 id="grants">Applications</h2>
      <Loaded query={query}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="faint">None: applications in which you sign in with this account are listed here.</p>
          ) : (
            <ThingTable
              things={data}
              columns={[
                { title: 'Application', cell: ({ name }) => <strong>{name}</strong> },
                {
                  title: 'May see',
                  cell: ({ scopes }) => scopes.map((scope) => meanings[scope]).join(', '),
                  className: 'wide wrap',
                },
                { title: 'Since', cell: ({ grantedAt }) => <Moment at={grantedAt} />, className: 'faint wide' },
                { title: 'Ends', cell: ({ expiresAt }) => <Moment at={expiresAt} />, className: 'faint' },
                {
                  title: '',
                  className: 'number',
                  cell: (grant) => (
                    <button type="button" className="button plain" onClick={() => setChosen(grant)}>
                      Take back
                    </button>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {chosen && <TakeBack grant={chosen} onClose={close} />}
    </section>
  )
}

function TakeBack({ grant: { id, name, trusted }, onClose }: { grant: Grant; onClose: () => void }) {
  return (
    <ConfirmDialog
      title={`Take back what ${name} may?`}
      action="Take back"
      onConfirm={() => answerOf(hub.DELETE('/iam/api/v1/users/me/grants/{id}', { params: { path: { id } } }))}
      onDone={onClose}
      onClose={onClose}
    >
      <p>
        Its tokens are void at once.{' '}
        {trusted
          ? 'The hub trusts it: when you sign in to it again, it may the same without a question.'
          : 'When you sign in to it again, it has to ask you.'}
      </p>
    </ConfirmDialog>
  )
}
