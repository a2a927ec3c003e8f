import type { CaseResult } from './campaign.ts'
import { type ResultTable, resultTable } from './result-table.ts'

/** A case as it is printed: title, then a table in columns. */
export function terminalText(result: CaseResult): string {
  const runs = result.runs === 1 ? '1 run' : `median of ${result.runs} runs`
  return `\n${result.case.title}   [${result.case.id}, ${runs}]\n${columns(resultTable(result))}\n`
}

function columns({ head, rows }: ResultTable): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) =>
    // What was not measured may say so across all columns.
    Math.max(...all.map((row) => (row[column]?.startsWith('not measured') ? 0 : (row[column] ?? '').length))),
  )
  return all
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n')
}
