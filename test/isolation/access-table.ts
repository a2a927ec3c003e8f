import { readFile } from 'node:fs/promises'

/** Who calls, in the order of the columns of `docs/access.md`. */
export const callers = ['nobody', 'no role', 'USER', 'TENANT_ADMIN', 'ADMIN'] as const
/** One of them. */
export type Caller = (typeof callers)[number]

/** A line of `docs/access.md`. */
export interface AccessRow {
  /** Method and path as in the OpenAPI document. */
  readonly route: string
  /** A permission, `a token` or `nothing`. */
  readonly needs: string
  /** What each caller is answered for something of its own tenant. */
  readonly own: Readonly<Record<Caller, number>>
  /** What a caller who may is answered for something of another tenant; `–` where there is no such thing. */
  readonly foreign: number | 'hidden' | 'open' | '–'
}

/** Where the table stands, relative to the root of the project. */
export const tablePath = 'docs/access.md'

/** The table as it is written. Throws where a line cannot be read, or a route stands there twice. */
export async function readAccessTable(): Promise<ReadonlyMap<string, AccessRow>> {
  const text = await readFile(new URL(`../../${tablePath}`, import.meta.url), 'utf8')
  const rows = new Map<string, AccessRow>()
  for (const line of text.split('\n').filter((each) => each.startsWith('| `'))) {
    const row = readRow(line)
    if (rows.has(row.route)) throw new Error(`Cannot read ${tablePath} as "${row.route}" must stand there once`)
    rows.set(row.route, row)
  }
  return rows
}

function readRow(line: string): AccessRow {
  const [, route = '', needs = '', ...cells] = line.split('|').map((cell) => cell.trim())
  const statuses = cells.slice(0, callers.length).map(Number)
  const last = cells[callers.length] ?? ''
  const isWord = last === 'hidden' || last === 'open' || last === '–'
  if (!/^`[A-Z]+ \/.*`$/.test(route) || needs === '' || ![...statuses, isWord ? 404 : Number(last)].every(isStatus))
    throw new Error(`Cannot read ${tablePath} as each line must be like "${howTo('GET /x')}": one is "${line}"`)
  return {
    route: route.slice(1, -1),
    needs,
    own: Object.fromEntries(callers.map((caller, index) => [caller, statuses[index]])) as AccessRow['own'],
    foreign: isWord ? last : Number(last),
  }
}

function isStatus(status: number): boolean {
  return status >= 200 && status < 500
}

/** The line that is missing, but for what only an author can know. */
export function howTo(route: string): string {
  return `| \`${route}\` | <permission, "a token" or "nothing"> | 401 | 403 | 403 | 200 | 200 | 404 |`
}
