import { Type } from 'typebox'
import { HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import type { Database } from '#lib/postgres'
import { Id } from '#lib/schema'
import { scopeOf } from '#lib/scope'
import { findStart } from '../flow/flow-store.ts'
import { permissions } from '../permissions.ts'
import { RunDocument, RunGraph, StepDocument, toRunDocument, toRunGraph, toStepJson } from '../run/run-document.ts'
import { findRun, listSteps, MOST_STEPS } from '../run/run-store.ts'

/** `GET /executions/:id` */
export const getExecution = ({ db }: { db: Database }) =>
  route({
    method: 'GET',
    path: '/executions/:id',
    summary: 'Inspect a run: input, output, error, attempts and times of each step',
    description: `At most ${MOST_STEPS} steps are shown.`,
    permission: permissions.readExecutions,
    params: Type.Object({ id: Id }),
    response: {
      200: Type.Object({
        data: Type.Interface([RunDocument], { graph: Type.Optional(RunGraph), steps: Type.Array(StepDocument) }),
        meta: Type.Object({}),
      }),
    },
    errors: ['not-found'],
    async handle({ params, principal }) {
      const { run, graph, steps } = await db.transaction(scopeOf(principal), async (tx) => {
        const found = await findRun(tx, params.id)
        if (found === undefined) return { run: found, steps: [] }
        const start = await findStart(tx, found.flowId, found.generation)
        return { run: found, graph: start?.graph, steps: await listSteps(tx, params.id) }
      })
      if (run === undefined) throw new HubError('not-found', `There is no run "${params.id}"`)
      const document = JSON.stringify({ ...toRunDocument(run), ...(graph && { graph: toRunGraph(graph) }) }).slice(
        0,
        -1,
      )
      return { status: 200, json: `{"data":${document},"steps":[${steps.map(toStepJson).join(',')}]},"meta":{}}` }
    },
  })
