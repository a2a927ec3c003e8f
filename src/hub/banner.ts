import type { Hub } from './hub.ts'

/** What a person sees once the hub serves: where, who, the data, what next. */
export function banner(hub: Hub, adminUsername: string, seconds: number): string {
  const password = hub.firstAdmin?.password
  const rows = [
    ['Address', hub.url],
    ['Admin user', hub.firstAdmin?.username ?? adminUsername],
    ...(password === undefined ? [] : [['Password', `${password}   (shown this once: keep it)`]]),
    ['Data', hub.dataPlace],
    ['Console', `${hub.url}/`],
    ['API docs', `${hub.url}/docs`],
    ['Try next', 'npm run oih demo'],
    ['', 'or the first flow by curl, in README.md'],
  ]
  const lines = rows.map(([label = '', value = '']) => `  ${label.padEnd(12)}${value}`)
  return [
    '',
    `  Open Integration Hub is ready (${seconds.toFixed(1)} s)`,
    '',
    ...lines,
    '',
    '  Ctrl-C stops it.',
    '',
  ].join('\n')
}
