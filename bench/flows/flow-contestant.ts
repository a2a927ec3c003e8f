import type { Contestant } from '../harness/case.ts'
import type { StartFlowSystem } from './flow-system.ts'
import { startBareForwarder, startDurableForwarder } from './forwarder-system.ts'
import { startHubSystem } from './hub-system.ts'
import { missingNodeRed, startNodeRed } from './node-red-system.ts'

/** A system that takes part in the cases of flows, whatever is measured. */
export interface FlowContestant extends Omit<Contestant, 'run'> {
  readonly start: StartFlowSystem
}

/** The hub as it is started by users. */
export const hub: FlowContestant = {
  id: 'hub',
  title: 'Open Integration Hub',
  kind: 'ours',
  about:
    'one process with all services, default settings, its bundled PostgreSQL in a new folder. Run, message, each step with input and output are ' +
    'committed with fsync; the answer comes after the first commit, and every run can be inspected. JSONata 1.8 in processes of its own.',
  start: startHubSystem,
}

/** Node-RED as its documentation has it for throughput. */
export const nodeRed: FlowContestant = {
  id: 'node-red',
  title: 'Node-RED',
  kind: 'peer',
  about:
    'one process, default settings: http in → change (JSONata 2) → http request with keep-alive, and http response beside it with the mapped ticket, so ' +
    'that no delivery is copied. It answers once the mapping is done and keeps everything in memory: what has not been sent on when it dies is lost, and ' +
    'there is nothing to inspect.',
  missing: missingNodeRed,
  start: startNodeRed,
}

/** What a web server alone could do. */
export const bareFastify: FlowContestant = {
  id: 'fastify',
  title: 'bare Fastify',
  kind: 'limit',
  about:
    'one route: parses the JSON, maps it in plain code, answers and sends on with undici. No flow, no step, no tenant, nothing durable, nothing tried again.',
  start: startBareForwarder,
}

/** What it costs to be durable at the door alone. */
export const durableFastify: FlowContestant = {
  id: 'fastify-insert',
  title: 'Fastify, one insert each',
  kind: 'limit',
  about:
    'the same with one durable insert of the body before each answer (`pg` pool of 20, PostgreSQL with the settings of the hub, fsync on). ' +
    'Nobody reads the rows: sending is still from memory.',
  start: startDurableForwarder,
}

/** All, ours first. */
export const flowContestants: readonly FlowContestant[] = [hub, nodeRed, bareFastify, durableFastify]
