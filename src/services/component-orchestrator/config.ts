import { cidrs, defineConfig, integer } from '#lib/config'

/** Settings of the Component Orchestrator. */
export const componentOrchestratorConfig = defineConfig({
  outboundAllow: cidrs('OIH_OUTBOUND_ALLOW', {
    default: [],
    about: 'Ranges of private addresses that HTTP steps and OAuth providers may have, such as 10.1.0.0/16',
  }),
  stepAttempts: integer('OIH_STEP_ATTEMPTS', {
    default: 6,
    min: 1,
    max: 100,
    about: 'How often a step is tried before it counts as failed, with doubling waits in between',
  }),
  stepBackoffMs: integer('OIH_STEP_BACKOFF_MS', {
    default: 1_000,
    min: 1,
    max: 3_600_000,
    about: 'Milliseconds before the second attempt at a step',
  }),
  stepConcurrency: integer('OIH_STEP_CONCURRENCY', {
    default: 128,
    min: 1,
    max: 1_000,
    about: 'Steps that one process works on at the same time',
  }),
  stepTimeoutMs: integer('OIH_STEP_TIMEOUT_MS', {
    default: 60_000,
    min: 100,
    max: 3_600_000,
    about: 'Milliseconds that one attempt at a step may take',
  }),
  expressionTimeoutMs: integer('OIH_EXPRESSION_TIMEOUT_MS', {
    default: 1_000,
    min: 10,
    max: 60_000,
    about: 'Milliseconds that one JSONata expression may run',
  }),
})
