/** What a process is asked: JSON texts by name. */
export type WorkerRequest = Readonly<Record<string, string>>

/** What became of a request: JSON texts, or why it failed. */
export type WorkerAnswer = { readonly texts: string[] } | { readonly failure: string }

/** The line by which a process says that it takes requests. */
export const readyLine = 'ready'

/**
 * A request as a line, the text of one JSON object. Its texts are put in as they are: they are the bulk, and the other side parses
 * the line in one go.
 */
export function formatRequest(request: WorkerRequest): string {
  let line = ''
  for (const [name, text] of Object.entries(request)) {
    line += `${line === '' ? '' : ','}${JSON.stringify(name)}:${onOneLine(text)}`
  }
  return `{${line}}\n`
}

/** JSON has line breaks between its tokens only, where a space does as well. */
function onOneLine(json: string): string {
  return json.includes('\n') ? json.replaceAll('\n', ' ') : json
}

/** An answer as a line. Its texts are as `JSON.stringify` writes them: a tab or line break between tokens would be the end of one. */
export function formatAnswer(answer: WorkerAnswer): string {
  return 'texts' in answer ? `${['ok', ...answer.texts].join('\t')}\n` : `failed\t${JSON.stringify(answer.failure)}\n`
}

/** The answer of a line without its end; undefined when the line is none. */
export function parseAnswer(line: string): WorkerAnswer | undefined {
  const [kind, ...parts] = line.split('\t')
  if (kind === 'ok') return { texts: parts }
  if (kind !== 'failed') return undefined
  try {
    return { failure: String(JSON.parse(parts.join('\t'))) }
  } catch {
    return undefined
  }
}
