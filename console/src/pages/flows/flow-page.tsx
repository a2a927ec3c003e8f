import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { answerOf, hub } from '../../api/client.ts'
import { type Flow, flowQuery, meQuery, runsQuery } from '../../api/queries.ts'
import { flowCan } from '../../flow-can.ts'
import { useLiveRefresh } from '../../live/use-live-refresh.ts'
import { pathTo, webhookUrl } from '../../path-builder.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { CommandLines } from '../../ui/empty-state.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { FlowGraph } from '../../ui/flow-graph.tsx'
import { PlayIcon, StopIcon } from '../../ui/icons.tsx'
import { JsonView } from '../../ui/json-view.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Moment } from '../../ui/moment.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { ShortId } from '../../ui/short-id.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { ThingTable } from '../../ui/thing-table.tsx'
import { runColumns } from '../runs/run-columns.tsx'
import { flowEvents } from './flows-page.tsx'

const route = getRouteApi('/inside/flows/$flowId')
const allFlows = ['flows']
/** Runs shown beside a flow. */
const RECENT_RUNS = 10

/** One flow: what it looks like, how it stands, and what may be done with it. */
export function FlowPage() {
  const { flowId } = route.useParams()
  const query = useQuery(flowQuery(flowId))
  useLiveRefresh(flowEvents, allFlows)
  return (
    <div className="page">
      <p className="crumbs">
        <Link {...pathTo.flows()}>Flows</Link>
      </p>
      <Loaded query={query} title="Flow">
        {({ data }) => <FlowView flow={data} />}
      </Loaded>
    </div>
  )
}

function FlowView({ flow }: { flow: Flow }) {
  const { step } = route.useSearch()
  const navigate = useNavigate()
  const chosen = flow.graph.nodes.find(({ id }) => id === step)
  const choose = (id: string) => {
    void navigate({ ...pathTo.flow(flow.id, id === step ? {} : { step: id }), resetScroll: false })
  }
  return (
    <>
      <PageHead title={flow.name || 'Unnamed flow'} beside={<StatusBadge status={flow.status} />}>
        <FlowActions flow={flow} />
      </PageHead>
      {flow.description && <p>{flow.description}</p>}
      {flow.failure && (
        <div className="notice bad">
          <div>
            <strong>The last start came to nothing</strong>
            <p>{flow.failure}</p>
          </div>
        </div>
      )}
      <FlowGraph shape={flow.graph} chosen={step} onChoose={choose} isLive={flow.status === 'active'} />
      {chosen && <JsonView key={chosen.id} label={`Step ${chosen.name || chosen.id}`} value={chosen} />}
      <div className="columns">
        <Webhook flow={flow} />
        <Details flow={flow} />
      </div>
      <RecentRuns flowId={flow.id} />
    </>
  )
}

function FlowActions({ flow }: { flow: Flow }) {
  const { data: me } = useSuspenseQuery(meQuery)
  const client = useQueryClient()
  const control = useMutation({
    mutationFn: (verb: 'start' | 'stop') => {
      const params = { path: { id: flow.id } }
      return answerOf(
        verb === 'start'
          ? hub.POST('/flow-repository/flows/{id}/start', { params })
          : hub.POST('/flow-repository/flows/{id}/stop', { params }),
      )
    },
    onSettled: () => client.invalidateQueries({ queryKey: allFlows }),
  })
  return (
    <>
      {control.error && <ProblemNotice error={control.error} />}
      <ActionButton
        leave={flowCan.start(flow, me)}
        isBusy={control.isPending}
        onAction={() => control.mutate('start')}
        tone={flow.status === 'inactive' ? 'primary' : 'plain'}
      >
        <PlayIcon /> Start
      </ActionButton>
      <ActionButton leave={flowCan.stop(flow, me)} isBusy={control.isPending} onAction={() => control.mutate('stop')}>
        <StopIcon /> Stop
      </ActionButton>
    </>
  )
}

function Webhook({ flow }: { flow: Flow }) {
  const url = webhookUrl(flow.id)
  const leave = flowCan.receive(flow)
  return (
    <section className="card pad" aria-labelledby="webhook">
      <h2 id="webhook">Webhook</h2>
      <p className="copy-line">
        <code>{url}</code>
        <CopyButton text={url} what="webhook address" label="Copy" />
      </p>
      {leave.may ? (
        <details>
          <summary>Send it something</summary>
          <CommandLines
            what="command"
            text={`curl -s ${url} -H 'content-type: application/json' \\\n  -d '{"id": 7, "title": "hello"}'`}
          />
        </details>
      ) : (
        <p className="faint">{leave.reason}.</p>
      )}
    </section>
  )
}

function Details({ flow }: { flow: Flow }) {
  return (
    <section className="card pad" aria-labelledby="facts">
      <h2 id="facts">Details</h2>
      <Facts>
        <Fact name="Flow">
          <ShortId id={flow.id} what="flow id" />
        </Fact>
        <Fact name="Tenant">
          <ShortId id={flow.tenant} what="tenant id" />
        </Fact>
        <Fact name="Starts">{flow.generation}</Fact>
        <Fact name="Created">
          <Moment at={flow.createdAt} />
        </Fact>
        <Fact name="Changed">
          <Moment at={flow.updatedAt} />
        </Fact>
      </Facts>
      <p className="links">
        <Link {...pathTo.audit({ flow: flow.id })}>Audit log of this flow</Link>
      </p>
    </section>
  )
}

function RecentRuns({ flowId }: { flowId: string }) {
  const query = useQuery(runsQuery({ flow: flowId }, RECENT_RUNS))
  return (
    <section aria-labelledby="recent-runs">
      <div className="section-head">
        <h2 id="recent-runs">Recent runs</h2>
        <Link {...pathTo.runs({ flow: flowId })}>All runs</Link>
      </div>
      <Loaded query={query}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="faint">None yet: start the flow and send something to its webhook.</p>
          ) : (
            <ThingTable things={data} columns={runColumns()} />
          )
        }
      </Loaded>
    </section>
  )
}
