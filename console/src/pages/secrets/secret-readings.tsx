import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type AuditEntry, meQuery } from '../../api/queries.ts'
import { READING, readingsQuery } from '../../api/secret-queries.ts'
import { textIn } from '../../live/live-event.ts'
import { pathTo } from '../../path-builder.ts'
import { secretCan } from '../../secret-can.ts'
import { AccountLink } from '../../ui/account-link.tsx'
import { Moment } from '../../ui/moment.tsx'
import { shortId } from '../../ui/short-id.tsx'
import { type Column, ThingList } from '../../ui/thing-table.tsx'

interface ReadingsProps {
  readonly secretId: string
  readonly page: number | undefined
  readonly onPage: (page: number) => void
}

/** Who read a secret in clear, when and for what, as the audit log keeps it. */
export function SecretReadings({ secretId, page, onPage }: ReadingsProps) {
  const { data: me } = useSuspenseQuery(meQuery)
  const leave = secretCan.seeReadings(me)
  const query = useQuery({ ...readingsQuery(secretId, page), enabled: leave.may })
  return (
    <section className="stack" aria-labelledby="readings">
      <div className="section-head">
        <h2 id="readings">Who read it, and when</h2>
        {leave.may && <Link {...pathTo.audit({ name: READING, about: secretId })}>In the audit log</Link>}
      </div>
      {leave.may ? (
        <ThingList
          query={query}
          columns={columns}
          names={['reading', 'readings']}
          onPage={onPage}
          ways={['Newer', 'Older']}
          empty={<p className="faint">Nobody has read it in clear yet.</p>}
        />
      ) : (
        <p className="faint">The audit log tells. You may not see it: {leave.reason}.</p>
      )}
    </section>
  )
}

const columns: readonly Column<AuditEntry>[] = [
  {
    title: 'Who',
    className: 'wrap',
    cell: ({ payload }) => {
      const user = textIn(payload, 'user')
      return user ? <AccountLink id={user} /> : 'unknown'
    },
  },
  {
    title: 'When',
    cell: ({ id, headers, recordedAt }) => (
      <Link {...pathTo.auditEntry(id)} className="row-link" data-row>
        <Moment at={textIn(headers, 'createdAt') ?? recordedAt} />
      </Link>
    ),
  },
  { title: 'For', cell: ({ payload }) => <Purpose payload={payload} />, className: 'wrap' },
]

/** The flow, step and run that it was read for; without them somebody looked. */
function Purpose({ payload }: { payload: unknown }) {
  const [flow, run, step] = ['flowId', 'runId', 'stepId'].map((name) => textIn(payload, name))
  if (flow === undefined) return <span className="faint">to look at it, not for a flow</span>
  return (
    <>
      <Link {...pathTo.flow(flow, step ? { step } : {})}>flow {shortId(flow)}</Link>
      {step && `, step ${step}`}
      {run && (
        <>
          , <Link {...pathTo.run(run)}>run {shortId(run)}</Link>
        </>
      )}
    </>
  )
}
