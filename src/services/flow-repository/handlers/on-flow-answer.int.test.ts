import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Payloads } from '#catalogue'
import type { ReceivedEvent } from '#event-bus'
import { type LoggedEvent, setupFlowRepository } from '../../../../test/support/flow-repository.ts'
import { onFlowAnswer } from './on-flow-answer.ts'

type AnswerName = 'flow.started' | 'flow.stopped' | 'flow.failed'

interface Answer {
  readonly name: AnswerName
  readonly payload: Payloads[AnswerName]
}

const path = '/flow-repository/flows'
const graph = { nodes: [{ id: 'a', componentId: 'jsonata', function: 'transform' }] }

/** What users do, and which of the answers under way arrives next: now, again, or not at all for the moment. */
const commands = fc.array(
  fc.oneof(
    fc.constantFrom({ do: 'start' } as const, { do: 'stop' } as const),
    fc.record({ do: fc.constant('deliver' as const), which: fc.nat(20), again: fc.boolean() }),
  ),
  { minLength: 3, maxLength: 25 },
)

test('no order of answers, starts and stops leads to a wrong status, and all is settled in the end', async (t) => {
  const { caller, db, events } = await setupFlowRepository(t)
  const me = caller()
  const published: LoggedEvent[] = []
  const handle = onFlowAnswer({
    bus: {
      async publish(_tx, { name, payload }) {
        published.push({ name, payload })
        return ''
      },
    },
    clock: () => new Date(),
  })

  await fc.assert(
    fc.asyncProperty(commands, fc.array(fc.boolean(), { maxLength: 20 }), async (steps, fails) => {
      const { id } = (await me.call('POST', path, { graph })).body.data
      const base = { user: me.principal.id, tenant: me.principal.tenant, id, flowId: id }
      const underWay: Answer[] = []
      const delivered = new Set<string>()
      const stops = new Set<number>()
      let generation = 0

      /** The orchestrator: answers each start by success or failure, and each stop. */
      function ask(kind: 'starting' | 'stopping', of: number): void {
        const payload = { ...base, generation: of }
        if (kind === 'stopping') {
          stops.add(of)
          underWay.push({ name: 'flow.stopped', payload })
        } else if (fails[of]) underWay.push({ name: 'flow.failed', payload: { ...payload, reason: 'why' } })
        else underWay.push({ name: 'flow.started', payload })
      }

      async function control(verb: 'start' | 'stop'): Promise<void> {
        const { status } = await me.call('POST', `${path}/${id}/${verb}`)
        if (status !== 200) return assert.equal(status, 409)
        if (verb === 'start') generation += 1
        ask(verb === 'start' ? 'starting' : 'stopping', generation)
      }

      async function deliver(which: number, again: boolean): Promise<void> {
        const answer = underWay[which % Math.max(1, underWay.length)]
        if (answer === undefined) return
        if (!again) underWay.splice(underWay.indexOf(answer), 1)
        await db.transaction('everything', (tx) =>
          handle(answer as unknown as Parameters<typeof handle>[0] & ReceivedEvent, { tx }),
        )
        delivered.add(`${answer.name} ${answer.payload.generation}`)
        for (const { payload } of published.splice(0)) ask('stopping', payload.generation)
      }

      /** What the status says must have happened to the latest start, and nothing else. */
      async function check(): Promise<string> {
        const { status, generation: latest } = (await me.call('GET', `${path}/${id}`)).body.data
        const has = (name: AnswerName) => delivered.has(`${name} ${generation}`)
        assert.equal(latest, generation)
        if (status === 'active') assert.ok(has('flow.started') && !stops.has(generation))
        if (status === 'starting') assert.ok(!has('flow.started') && !has('flow.failed') && !stops.has(generation))
        if (status === 'stopping') assert.ok(stops.has(generation) && generation > 0)
        if (status === 'inactive') assert.ok(generation === 0 || has('flow.stopped'))
        return status
      }

      for (const step of steps) {
        if (step.do === 'deliver') await deliver(step.which, step.again)
        else await control(step.do)
        await check()
      }
      while (underWay.length > 0) await deliver(0, false)
      const settled = await check()
      assert.ok(settled === 'active' || settled === 'inactive', `${settled} is not settled`)
    }),
    { numRuns: 60 },
  )
  const names = new Set((await events()).map(({ name }) => name))
  for (const name of ['flowrepo.flow.starting', 'flowrepo.flow.stopping']) assert.ok(names.has(name), name)
})
