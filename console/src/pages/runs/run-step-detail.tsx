import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Tabs } from 'radix-ui'
import type { Run } from '../../api/queries.ts'
import { pathTo } from '../../path-builder.ts'
import type { RunSearch } from '../../search.ts'
import { JsonView } from '../../ui/json-view.tsx'
import { Moment } from '../../ui/moment.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'

const route = getRouteApi('/inside/runs/$runId')
type Step = Run['steps'][number]

/** One message at one step: what it got, what it gave, what went wrong. */
export function RunStepDetail({ run, step }: { run: Run; step: Step }) {
  const { show = step.error === undefined ? 'input' : 'error' } = route.useSearch()
  const navigate = useNavigate()
  const change = (shown: string) => {
    // The tabs below have no other values.
    const search: RunSearch = { step: step.id, show: shown as NonNullable<RunSearch['show']> }
    void navigate({ ...pathTo.run(run.id, search), resetScroll: false, replace: true })
  }
  return (
    <section className="card pad" aria-labelledby="step">
      <div className="section-head">
        <h2 id="step">
          Step {step.stepId} <StatusBadge status={step.status} />
        </h2>
        <span className="faint">
          {step.attempts === 1 ? '1 attempt' : `${step.attempts} attempts`}
          {step.finishedAt && (
            <>
              , done <Moment at={step.finishedAt} />
            </>
          )}
        </span>
      </div>
      <Tabs.Root value={show} onValueChange={change}>
        <Tabs.List className="tabs" aria-label="What of the step is shown">
          <Tabs.Trigger value="input">Input</Tabs.Trigger>
          <Tabs.Trigger value="output">Output ({step.output.length})</Tabs.Trigger>
          <Tabs.Trigger value="error">Error{step.error === undefined ? ' (none)' : ''}</Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="input">
          {step.omitted ? <TooLarge /> : <JsonView label="Input" value={step.input} />}
        </Tabs.Content>
        <Tabs.Content value="output">
          <Output step={step} />
        </Tabs.Content>
        <Tabs.Content value="error">
          {step.error === undefined ? (
            <p className="faint">Nothing went wrong.</p>
          ) : (
            <pre className="error-text">{step.error}</pre>
          )}
        </Tabs.Content>
      </Tabs.Root>
    </section>
  )
}

function Output({ step: { output, omitted, status } }: { step: Step }) {
  if (omitted) return <TooLarge />
  if (output.length === 0) {
    return (
      <p className="faint">{status === 'success' ? 'It emitted no message.' : 'It has emitted no message so far.'}</p>
    )
  }
  return output.map((message, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: messages of a step never change their places
    <JsonView key={index} label={output.length === 1 ? 'Output' : `Message ${index + 1}`} value={message} />
  ))
}

function TooLarge() {
  return <p className="faint">Left out: the messages of the steps before are too large together.</p>
}
