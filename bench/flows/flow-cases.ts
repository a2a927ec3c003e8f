import type { BenchCase } from '../harness/case.ts'
import { createLatencyCase } from './latency-case.ts'
import { createSustainedCase, type HubRate } from './sustained-case.ts'

const WORK =
  'The flow: webhook → JSONata mapping → HTTP POST to a target. Payloads: the 38 deliveries about issues of `@octokit/webhooks-examples` between 8 and ' +
  '20 KiB, mapped to a ticket of 0.5 KiB. Load generator (undici), target (node:http, counts arrivals by delivery) and system are processes of their ' +
  'own on the same machine and share its cores. Each run starts the system anew, proves its mapping with every payload and warms it up; a run in which an ' +
  'accepted delivery is missing or doubled at the end is not counted.'

const rate: HubRate = { measured: [] }

/** The cases about flows. */
export const flowCases: readonly BenchCase[] = [createSustainedCase(WORK, rate), createLatencyCase(WORK, rate)]
