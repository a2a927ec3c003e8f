import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { flowQuery, type Run, runQuery } from '../../api/queries.ts'
import { pathTo } from '../../path-builder.ts'
import { FlowGraph } from '../../ui/flow-graph.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { durationText, Moment } from '../../ui/moment.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { ShortId, shortId } from '../../ui/short-id.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { shapeOfRun, stepStates } from './run-shape.ts'
import { RunStepDetail } from './run-step-detail.tsx'
import { RunSteps } from './run-steps.tsx'

const route = getRouteApi('/inside/runs/$runId')

/** One run: what each step got, gave, and how long it took. */
export function RunPage() {
  const { runId } = route.useParams()
  const query = useQuery(runQuery(runId))
  return (
    <div className="page">
      <p className="crumbs">
        <Link {...pathTo.runs()}>Runs</Link>
      </p>
      <Loaded query={query} title="Run">
        {({ data }) => <RunView run={data} />}
      </Loaded>
    </div>
  )
}

function RunView({ run }: { run: Run }) {
  const { step } = route.useSearch()
  const navigate = useNavigate()
  const flow = useQuery(flowQuery(run.flowId)).data?.data
  const { graph, steps } = run
  const shape = useMemo(() => shapeOfRun(graph ? { graph, steps } : { steps }), [graph, steps])
  // Nobody comes here to look at a drawing alone: what failed, else what came in, is shown at once.
  const first = run.steps.find(({ status }) => status === 'failed') ?? run.steps[0]
  const chosen = run.steps.find(({ id }) => id === step) ?? first
  const choose = (id: string) =>
    void navigate({ ...pathTo.run(run.id, { step: id }), resetScroll: false, replace: true })
  return (
    <>
      <PageHead title={`Run ${shortId(run.id)}`} beside={<StatusBadge status={run.status} />} />
      <dl className="facts wide">
        <div>
          <dt>Flow</dt>
          <dd>
            <Link {...pathTo.flow(run.flowId)}>{flow?.name || shortId(run.flowId)}</Link>
          </dd>
        </div>
        <div>
          <dt>Started</dt>
          <dd>
            <Moment at={run.startedAt} />
          </dd>
        </div>
        <div>
          <dt>Took</dt>
          <dd>
            {run.finishedAt ? durationText(Date.parse(run.finishedAt) - Date.parse(run.startedAt)) : 'not ended yet'}
          </dd>
        </div>
        <div>
          <dt>Run</dt>
          <dd>
            <ShortId id={run.id} what="run id" />
          </dd>
        </div>
        <div>
          <dt>Request</dt>
          <dd>
            <ShortId id={run.requestId} what="request id" />
          </dd>
        </div>
      </dl>
      <FlowGraph
        shape={shape}
        states={stepStates(run.steps)}
        chosen={chosen?.stepId}
        onChoose={(stepId) => {
          const record = run.steps.find((each) => each.stepId === stepId)
          if (record) choose(record.id)
        }}
        isLive={run.status === 'running'}
      />
      <RunSteps run={run} shape={shape} chosenId={chosen?.id} />
      {chosen && <RunStepDetail key={chosen.id} run={run} step={chosen} />}
    </>
  )
}
