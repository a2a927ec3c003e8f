import {
  Background,
  Controls,
  type Edge,
  getViewportForBounds,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  useReactFlow,
  useStore,
} from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import { useCallback, useEffect, useMemo } from 'react'
import { type Bounds, type FlowShape, NODE, placeSteps } from './graph-layout.ts'
import { toneOf } from './status-badge.tsx'

/** How a step stands in a run, and how many messages it got. */
export interface StepState {
  readonly status: string
  readonly count: number
}

interface FlowGraphProps {
  readonly shape: FlowShape
  /** By the id of the step; without it the drawing shows no run. */
  readonly states?: ReadonlyMap<string, StepState>
  readonly chosen: string | undefined
  readonly onChoose: (stepId: string) => void
  /** Whether messages may come along at any moment. */
  readonly isLive?: boolean
}

type StepNode = Node<
  {
    readonly title: string
    readonly kind: string
    readonly state: StepState | undefined
    readonly isRun: boolean
    readonly isChosen: boolean
  },
  'step'
>

const nodeTypes = { step: Step }
const ZOOM = { least: 0.1, most: 1.5 }

/** The drawing of a flow. Each step is a button. */
export function FlowGraph({ shape, states, chosen, onChoose, isLive = false }: FlowGraphProps) {
  const { places, bounds } = useMemo(() => placeSteps(shape), [shape])
  const nodes = shape.nodes.map(
    ({ id, name, componentId, function: fn }): StepNode => ({
      id,
      type: 'step',
      position: places.get(id) ?? { x: 0, y: 0 },
      ...NODE,
      data: {
        title: name || id,
        kind: `${componentId} · ${fn}`,
        state: states?.get(id),
        isRun: states !== undefined,
        isChosen: id === chosen,
      },
    }),
  )
  const edges = (shape.edges ?? []).map(
    ({ source, target }): Edge => ({
      id: `${source} ${target}`,
      source,
      target,
      animated: isLive,
      markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16, color: 'var(--xy-edge-stroke)' },
    }),
  )
  return (
    <section className="graph" aria-label="Graph of the flow">
      <ReactFlow
        key={shape.nodes.map(({ id }) => id).join()}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        onNodeClick={(_event, { id }) => onChoose(id)}
        minZoom={ZOOM.least}
        maxZoom={ZOOM.most}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        zoomOnDoubleClick={false}
      >
        <Background gap={18} />
        <Whole bounds={bounds} />
      </ReactFlow>
    </section>
  )
}

/** Shows the whole drawing, also when the window changes, and whenever it is asked to. */
function Whole({ bounds }: { bounds: Bounds }) {
  const { setViewport } = useReactFlow()
  const width = useStore((state) => state.width)
  const height = useStore((state) => state.height)
  const show = useCallback(() => {
    if (width > 0) void setViewport(getViewportForBounds(bounds, width, height, ZOOM.least, 1, 0.12))
  }, [setViewport, bounds, width, height])
  useEffect(show, [show])
  return <Controls showInteractive={false} onFitView={show} />
}

function Step({ data }: NodeProps<StepNode>) {
  const { title, kind, state, isRun, isChosen } = data
  const status = state?.status ?? (isRun ? 'not reached' : undefined)
  return (
    <button type="button" className={`step nopan ${status ? toneOf(status) : ''}`} aria-pressed={isChosen}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <strong>{title}</strong>
      <span>{kind}</span>
      {status && (
        <small>
          {status}
          {state && state.count > 1 && ` ×${state.count}`}
        </small>
      )}
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </button>
  )
}
