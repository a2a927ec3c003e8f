import { Link } from '@tanstack/react-router'
import { useId } from 'react'
import type { FlowUsage } from '../../api/metadata-queries.ts'
import { pathTo } from '../../path-builder.ts'
import { StatusBadge } from '../../ui/status-badge.tsx'

interface UsingFlowsProps {
  readonly title: string
  readonly usage: FlowUsage
}

/** The flows that name a schema, as far as one is told of them; nothing where one is told nothing. */
export function UsingFlows({ title, usage: { flows, moreFlows = false, otherFlows = 0 } }: UsingFlowsProps) {
  const id = useId()
  if (flows === undefined && otherFlows === 0) return null
  return (
    <>
      <h3 id={id}>{title}</h3>
      <ul className="report-lines" aria-labelledby={id}>
        {flows?.map((flow) => (
          <li key={flow.id}>
            <Link {...pathTo.flow(flow.id)}>{flow.name || 'Unnamed flow'}</Link> <StatusBadge status={flow.status} />
          </li>
        ))}
        {flows?.length === 0 && otherFlows === 0 && <li className="faint">none</li>}
        {moreFlows && <li className="faint">and more</li>}
        {otherFlows > 0 && <li className="faint">{otherFlows.toLocaleString('en')} of other tenants</li>}
      </ul>
    </>
  )
}
