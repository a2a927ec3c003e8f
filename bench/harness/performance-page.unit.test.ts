import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CaseResult, judge, ratio, runCase } from './campaign.ts'
import type { BenchCase, BenchContext, Contestant } from './case.ts'
import type { Machine } from './machine.ts'
import { performancePage } from './performance-page.ts'

const machine: Machine = {
  cpu: 'A processor',
  cores: 2,
  memoryGiB: 24,
  os: 'Linux 6',
  node: 'v24.0.0',
  postgres: '18.4',
  date: '2026-01-02',
  commit: 'abc1234',
  load: 0.1,
}

const context = { quick: true, folder: '/nowhere', progress() {} } as unknown as BenchContext

/** A contestant that gives these values in turn, and notes when it had its turn. */
function contestant(id: string, kind: Contestant['kind'], values: number[], turns: string[] = []): Contestant {
  const left = [...values]
  return {
    id,
    kind,
    title: `Title of ${id}`,
    about: `About ${id}`,
    async run() {
      turns.push(id)
      const value = left.shift()
      if (value === undefined) throw new Error('nothing left')
      return { figures: { rate: value }, cpu: { worker: 2, PostgreSQL: 1 }, work: 1_000_000, seconds: 3 }
    },
  }
}

function caseOf(id: string, contestants: Contestant[], aims: BenchCase['aims'] = []): BenchCase {
  const figures = [{ id: 'rate', title: 'handled', unit: 'events/s' }]
  return { id, group: 'bus', title: `Case ${id}`, about: 'What it is.', figures, contestants, aims }
}

const pageOf = (current: string, order: string[], results: CaseResult[]) =>
  performancePage(current, order, results, { machine, command: 'npm run bench' })

test('runCase() lets the contestants take turns', async () => {
  const turns: string[] = []
  const one = caseOf('bus.a', [
    contestant('ours', 'ours', [1, 2, 3], turns),
    contestant('peer', 'peer', [1, 1, 1], turns),
  ])
  await runCase(one, 3, context)
  assert.deepEqual(turns, ['ours', 'peer', 'ours', 'peer', 'ours', 'peer'])
})

test('runCase() judges by medians', async () => {
  const aims = [
    { figure: 'rate', beside: 'peer', atLeast: 2 },
    { figure: 'rate', beside: 'peer', atLeast: 2.1 },
    { figure: 'rate', atMost: 20 },
  ]
  const one = caseOf('bus.a', [contestant('ours', 'ours', [1, 20, 99]), contestant('peer', 'peer', [10, 5, 80])], aims)
  const { contestants, verdicts } = await runCase(one, 3, context)
  assert.equal(ratio(contestants, 'rate', 'peer'), 2)
  assert.deepEqual(
    verdicts.map(({ holds }) => holds),
    [true, false, true],
  )
})

test('runCase() reports who is missing or fails, and an aim beside them does not hold', async () => {
  const turns: string[] = []
  const away = { ...contestant('away', 'peer', [1], turns), missing: async () => 'no broker answers' }
  const aims = [{ figure: 'rate', beside: 'away', atLeast: 0 }]
  const one = caseOf('bus.a', [contestant('ours', 'ours', [1, 1]), away, contestant('weak', 'peer', [5])], aims)
  const result = await runCase(one, 2, context)
  assert.deepEqual(turns, [])
  assert.equal(result.verdicts[0]?.holds, false)
  const page = pageOf('', ['bus.a'], [result])
  assert.match(page, /\| Title of away \| not measured: no broker answers \|/)
  assert.match(page, /\| Title of weak \| not measured: failed: nothing left \|/)
})

test('judge() does not take a missing figure for a good one', () => {
  assert.deepEqual(judge({ figure: 'p99', atMost: 15 }, []), {
    aim: { figure: 'p99', atMost: 15 },
    value: undefined,
    holds: false,
  })
})

test('performancePage() shows figures, ratio, aim, CPU, machine and command', async () => {
  const aims = [{ figure: 'rate', beside: 'peer', atLeast: 4 }]
  const one = caseOf(
    'bus.a',
    [contestant('ours', 'ours', [41_000, 42_000]), contestant('peer', 'peer', [10_000, 10_000])],
    aims,
  )
  const page = pageOf('', ['bus.a'], [await runCase(one, 2, context)])
  assert.match(
    page,
    /\| Title of ours \| handled \| 41,500 events\/s \| 41,000 – 42,000 \| {2}\| {2}\| worker 2.00, PostgreSQL 1.00 \| 3.00 \|/,
  )
  assert.match(page, /\| Title of peer \| handled \| 10,000 events\/s \| 10,000 – 10,000 \| 4.15× \| ≥ 4× ✔ \|/)
  assert.match(
    page,
    /2026-01-02, commit abc1234, `npm run bench`, 2 runs\. A processor, 2 cores, 24 GiB; Linux 6; Node\.js v24\.0\.0; PostgreSQL 18\.4; load before it 0\.1/,
  )
})

test('performancePage() replaces its own sections and keeps the others, in the order of the cases', async () => {
  const order = ['bus.a', 'flows.b', 'bus.c']
  const measure = async (id: string, value: number) =>
    runCase(caseOf(id, [contestant('ours', 'ours', [value])]), 1, context)
  const first = pageOf('', order, [
    await measure('bus.c', 300),
    await measure('bus.a', 100),
    await measure('flows.b', 200),
  ])
  const second = pageOf(first, order, [await measure('flows.b', 222)])
  const rates = [...second.matchAll(/(\d+) events\/s/g)].map(([, rate]) => rate)
  assert.deepEqual(rates, ['100', '222', '300'])
  assert.equal(pageOf(second, order, []), second)
  assert.ok(!pageOf(second, ['bus.a', 'flows.b'], []).includes('Case bus.c'))
})
