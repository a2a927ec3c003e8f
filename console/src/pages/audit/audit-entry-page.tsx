import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { type AuditProof, auditEntryQuery } from '../../api/queries.ts'
import { textIn } from '../../live/live-event.ts'
import { pathTo } from '../../path-builder.ts'
import { Fact, Facts } from '../../ui/facts.tsx'
import { JsonView, TextView } from '../../ui/json-view.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Moment } from '../../ui/moment.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { ShortId } from '../../ui/short-id.tsx'

const route = getRouteApi('/inside/audit/$entryId')

/** One entry of the audit log, with what proves it. */
export function AuditEntryPage() {
  const { entryId } = route.useParams()
  const query = useQuery(auditEntryQuery(entryId))
  return (
    <div className="page">
      <p className="crumbs">
        <Link {...pathTo.audit()}>Audit log</Link>
      </p>
      <Loaded query={query} title="Audit entry">
        {({ data }) => <EntryView entry={data} />}
      </Loaded>
    </div>
  )
}

function EntryView({ entry }: { entry: AuditProof }) {
  const { headers, payload, erased = [] } = entry
  return (
    <>
      <PageHead title={textIn(headers, 'name') ?? 'Unnamed event'} />
      <EntryLinks entry={entry} />
      {erased.length > 0 && (
        <p className="notice">
          Personal values were erased and are null here: <code>{erased.join(', ')}</code>. The entry can be proved all
          the same.
        </p>
      )}
      <div className="columns">
        <EntryFacts entry={entry} />
        <section className="card pad" aria-labelledby="proof">
          <h2 id="proof">Proof</h2>
          <p className="faint">The hash (SHA-256, RFC 9162) of the exact text that is kept; it never changes.</p>
          <p className="copy-line">
            <code>{entry.leafHash}</code>
          </p>
          <details>
            <summary>The text that is proved</summary>
            <TextView label="Leaf" text={entry.leaf} />
          </details>
        </section>
      </div>
      <JsonView label="Payload" value={payload} />
      <JsonView label="Headers" value={headers} />
    </>
  )
}

function EntryLinks({ entry: { payload, causationId, correlationId, headers } }: { entry: AuditProof }) {
  const flowId = textIn(payload, 'flowId')
  const name = textIn(headers, 'name')
  return (
    <p className="links">
      {flowId && <Link {...pathTo.flow(flowId)}>Flow</Link>}
      {flowId && <Link {...pathTo.audit({ flow: flowId })}>Entries of this flow</Link>}
      {name && <Link {...pathTo.audit({ name })}>Entries of this name</Link>}
      {name && <Link {...pathTo.catalogue({ event: name })}>Schema</Link>}
      {causationId && <Link {...pathTo.auditEntry(causationId)}>The event that caused it</Link>}
      {correlationId && correlationId !== causationId && (
        <Link {...pathTo.auditEntry(correlationId)}>The event it all began with</Link>
      )}
    </p>
  )
}

function EntryFacts({ entry }: { entry: AuditProof }) {
  const { id, number, index, tenant, recordedAt, origin, headers, payload } = entry
  const createdAt = textIn(headers, 'createdAt')
  const actor = textIn(payload, 'user')
  return (
    <section className="card pad" aria-labelledby="entry">
      <h2 id="entry">Entry</h2>
      <Facts>
        <Fact name="Happened">{createdAt ? <Moment at={createdAt} /> : 'not stated'}</Fact>
        <Fact name="Recorded">
          <Moment at={recordedAt} />
        </Fact>
        <Fact name="Number">{`${number} of the tenant (index ${index} in the log)`}</Fact>
        <Fact name="Event">
          <ShortId id={id} what="event id" />
        </Fact>
        <Fact name="Tenant">{tenant ? <ShortId id={tenant} what="tenant id" /> : 'none'}</Fact>
        <Fact name="Actor">{actor ? <ShortId id={actor} what="user id" /> : 'the hub itself'}</Fact>
        <Fact name="Published by">{origin || (textIn(headers, 'serviceName') ?? 'unknown')}</Fact>
      </Facts>
    </section>
  )
}
