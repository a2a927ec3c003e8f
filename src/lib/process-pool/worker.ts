import { messageOf } from '../errors.ts'
import { createLineReader } from './line-reader.ts'
import { formatAnswer, readyLine, type WorkerAnswer } from './wire-format.ts'

/**
 * Answers a request, given as the text of one JSON object, with JSON texts as `JSON.stringify` writes them. What it throws fails the
 * request: the caller gets the first 500 characters of the message. As a process may be ended at any time and a request run again
 * elsewhere, it has no effect but its answer.
 */
export type Handle = (request: string) => string[] | Promise<string[]>

const maxFailure = 500

/**
 * Makes this process a worker of a pool: answers the requests that come in on standard input, in order, one after the other, and
 * ends with its input. Called once, at the end of the main module. Standard output is for answers alone: whatever else is written
 * there ends the process, and standard error is for logs.
 */
export function serve(handle: Handle): void {
  let last = Promise.resolve()
  const read = createLineReader((line) => {
    last = last.then(async () => {
      process.stdout.write(formatAnswer(await answer(handle, line)))
    })
  })
  process.stdin.setEncoding('utf8').on('data', read)
  process.stdin.on('end', () => last.then(() => process.exit()))
  process.stdout.on('error', () => process.exit())
  process.stdout.write(`${readyLine}\n`)
}

async function answer(handle: Handle, request: string): Promise<WorkerAnswer> {
  try {
    return { texts: await handle(request) }
  } catch (error) {
    return { failure: messageOf(error).slice(0, maxFailure) }
  }
}
