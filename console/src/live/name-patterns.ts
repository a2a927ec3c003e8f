/**
 * The AMQP patterns of what a person typed, separated by spaces or commas. `*` stands for one word, `#` for any number; a text without
 * either is looked for between the dots of a name: `flow` fits `flow.started` and `flowrepo.flow.created`.
 */
export function namePatterns(typed: string): string[] {
  const words = typed.split(/[\s,]+/).filter((word) => word !== '')
  return [...new Set(words.map((word) => (/[*#]/.test(word) ? word : `#.${word}.#`)))]
}

/** The address of the live stream. */
export function liveUrl(patterns: readonly string[], recent: number): string {
  const params = new URLSearchParams([...patterns.map((pattern) => ['names', pattern]), ['recent', String(recent)]])
  return `/event-bus/live?${params}`
}
