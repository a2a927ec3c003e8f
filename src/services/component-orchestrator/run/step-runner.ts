import { TerminalError } from '#lib/errors'
import type { ComponentRunner } from '../component/component-runner.ts'
import { secretOf } from '../flow/graph.ts'
import type { PlanCache } from '../flow/plan-cache.ts'
import type { RunTokens } from '../flow/run-tokens.ts'
import type { SecretClient } from '../secret/secret-client.ts'
import { exactMessage } from './exact-message.ts'

/** One message at one step of a flow's start. */
export interface StepInput {
  readonly flowId: string
  readonly generation: number
  readonly runId: string
  readonly stepId: string
  /** The id of the step's task: the same for every attempt. */
  readonly taskId: string
  /** JSON text of the message. */
  readonly message: string
}

/** What a step has made of its message. */
export interface StepOutput {
  /** JSON texts of the messages emitted, in order. */
  readonly outputs: readonly string[]
  /** The steps that get each of them. */
  readonly targets: readonly string[]
}

/** Runs a step of a flow with one message, and nothing else: what it has made is the caller's to record. */
export interface StepRunner {
  /**
   * Rejects with a `StepFailure` when the component failed, with a `TerminalError` when the graph or the step is gone or nobody is left in
   * whose name the flow may run or they may not use the step's secret, with a `BusyError` when that cannot be known, and with the database's
   * error when the graph could not be read.
   */
  run(input: StepInput, signal?: AbortSignal): Promise<StepOutput>
}

/** A component failed, as opposed to what surrounds it. */
export class StepFailure extends Error {}

/** What running steps takes. */
export interface StepRunnerDeps {
  readonly runner: Pick<ComponentRunner, 'run'>
  readonly plans: PlanCache
  readonly runTokens: RunTokens
  readonly secrets: SecretClient
  /** Whether the component runs in the hub's own process. */
  readonly isHosted: (component: string) => boolean
}

/** Creates the runner. */
export function createStepRunner({ runner, plans, runTokens, secrets, isHosted }: StepRunnerDeps): StepRunner {
  return {
    async run({ flowId, generation, runId, stepId, taskId, message }, signal) {
      const plan = await plans.get(flowId, generation)
      const node = plan.node(stepId)
      if (node === undefined) throw new TerminalError(`Cannot run step "${stepId}" as the graph must contain it`)
      const token = await runTokens.get(plan.start)
      const secretId = secretOf(node)
      const secret = secretId === undefined ? undefined : await secrets.read({ secretId, token, runId, stepId })
      try {
        const texts = await runner.run({
          component: node.componentId,
          function: node.function,
          fields: node.fields ?? {},
          secret,
          token,
          message: isHosted(node.componentId) ? exactMessage(message) : message,
          idempotencyKey: taskId,
          signal,
          key: `${flowId}/${stepId}`,
        })
        const targets = plan.targets(stepId)
        if (texts.length * targets.length > MOST_SUCCESSORS) throw tooMany(texts.length, targets.length)
        return { outputs: texts, targets }
      } catch (cause) {
        throw new StepFailure('The step failed', { cause })
      }
    },
  }
}

/** Messages times the steps that get them, of one step: its successors are written in one transaction. */
const MOST_SUCCESSORS = 10_000

function tooMany(messages: number, targets: number): TerminalError {
  return new TerminalError(
    `Cannot hand on ${messages} messages to ${targets} steps as that must not make more than ${MOST_SUCCESSORS} steps`,
  )
}
