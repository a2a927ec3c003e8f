import type { CaseResult } from './campaign.ts'
import type { Machine } from './machine.ts'
import { type ResultTable, resultTable } from './result-table.ts'

/** What a section says of how it came about. */
export interface PageStamp {
  readonly machine: Machine
  /** As typed, such as `npm run bench -- --only bus`. */
  readonly command: string
}

const INTRODUCTION = `# Performance

Written by \`npm run bench\`; do not edit. Each table shows one case: ours, peers that do the same job, and limits that do less than what is asked for.
All of them ran in turns, on the same machine and the same PostgreSQL (the bundled one, fsync on), each in a database of its own. *Median* and
*spread* (least – most) are over the runs. *Ours ÷ it* is the ratio of medians: for rates more is better, for times and memory less. *Aim* is what
we want of ours, ✔ where it holds. *CPU seconds* name who used them, load generator included; *CPU µs each* is their sum for each unit of work,
which tells more than the wall clock where load generator and target share the cores. Figures of different machines cannot be compared,
ratios roughly can, and only where the *load before it* was near 0: otherwise others used the machine too. How each case is built stands in [bench/](../bench/README.md).
`

/**
 * The page with the sections of `results` written anew. Sections of other cases stay as they are in `current`, as far as `order`, which names all
 * cases there are, still knows them; each section tells when and where it was measured.
 */
export function performancePage(
  current: string,
  order: readonly string[],
  results: readonly CaseResult[],
  stamp: PageStamp,
): string {
  const sections = readSections(current)
  for (const result of results) sections.set(result.case.id, section(result, stamp))
  const written = order.flatMap((id) => {
    const text = sections.get(id)
    return text === undefined ? [] : [`<!-- ${id} -->\n${text}\n<!-- end of ${id} -->\n`]
  })
  return [INTRODUCTION, ...written].join('\n')
}

function readSections(page: string): Map<string, string> {
  const found = page.matchAll(/<!-- (\S+) -->\n([\s\S]*?)\n<!-- end of \1 -->/g)
  return new Map([...found].map(([, id = '', text = '']) => [id, text]))
}

function section(result: CaseResult, { machine, command }: PageStamp): string {
  const contestants = result.contestants.map(({ contestant }) => `- **${contestant.title}**: ${contestant.about}`)
  const runs = result.runs === 1 ? 'one run' : `${result.runs} runs`
  return [
    `## ${result.case.title}`,
    result.case.about,
    markdown(resultTable(result)),
    contestants.join('\n'),
    `*${machine.date}, commit ${machine.commit}, \`${command}\`, ${runs}. ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB; ${machine.os}; ` +
      `Node.js ${machine.node}; PostgreSQL ${machine.postgres}; load before it ${machine.load.toFixed(1)}.*`,
  ].join('\n\n')
}

function markdown({ head, rows }: ResultTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const right = new Set(['median', 'spread', 'ours ÷ it', 'CPU µs each'])
  return [line(head), line(head.map((cell) => (right.has(cell) ? '---:' : '---'))), ...rows.map(line)].join('\n')
}
