import { type CaseResult, type ContestantResult, ratio, type Verdict } from './campaign.ts'
import type { Figure } from './case.ts'
import type { Summary } from './statistics.ts'

/** A table as texts, for the terminal and for Markdown alike. */
export interface ResultTable {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** A number with about three significant digits, thousands grouped. */
export function formatNumber(value: number): string {
  if (value === 0) return '0'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** One row for each contestant and figure; who was not measured says why. */
export function resultTable(result: CaseResult): ResultTable {
  const head = ['', 'figure', 'median', 'spread', 'ours ÷ it', 'aim', 'CPU seconds', 'CPU µs each']
  const rows = result.contestants.flatMap((one) => contestantRows(result, one))
  return { head, rows }
}

function contestantRows(result: CaseResult, one: ContestantResult): string[][] {
  const { contestant } = one
  const title = contestant.kind === 'limit' ? `${contestant.title} (limit)` : contestant.title
  if (one.notMeasured !== undefined) return [[title, `not measured: ${one.notMeasured}`, '', '', '', '', '', '']]
  const figures = result.case.figures.filter(({ id }) => one.figures[id] !== undefined)
  return figures.map((figure, index) => {
    const summary = one.figures[figure.id] as Summary
    return [
      index === 0 ? title : '',
      figure.title,
      `${formatNumber(summary.median)} ${figure.unit}`,
      result.runs > 1 ? `${formatNumber(summary.least)} – ${formatNumber(summary.most)}` : '',
      contestant.kind === 'ours' ? '' : formatRatio(ratio(result.contestants, figure.id, contestant.id)),
      aimText(result, one, figure),
      index === 0 ? cpuText(one) : '',
      index === 0 && one.cpuMicros !== undefined ? formatNumber(one.cpuMicros) : '',
    ]
  })
}

function formatRatio(value: number | undefined): string {
  return value === undefined ? '' : `${formatNumber(value)}×`
}

function cpuText({ cpu }: ContestantResult): string {
  return Object.entries(cpu)
    .map(([user, seconds]) => `${user} ${formatNumber(seconds)}`)
    .join(', ')
}

function aimText(result: CaseResult, { contestant }: ContestantResult, figure: Figure): string {
  const about = ({ aim }: Verdict) =>
    aim.figure === figure.id &&
    (aim.beside ?? (contestant.kind === 'ours' ? contestant.id : undefined)) === contestant.id
  return result.verdicts.filter(about).map(verdictText).join(', ')
}

function verdictText({ aim, holds }: Verdict): string {
  const bounds = [
    aim.atLeast === undefined ? [] : [`≥ ${aim.atLeast}`],
    aim.atMost === undefined ? [] : [`≤ ${aim.atMost}`],
  ].flat()
  return `${bounds.join(' and ')}${aim.beside === undefined ? '' : '×'} ${holds ? '✔' : '✘'}`
}
