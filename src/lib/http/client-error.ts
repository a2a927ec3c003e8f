import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { HubError } from '../errors.ts'
import { newId } from '../id.ts'
import { problemOf } from './problem.ts'

/** Answers what is no HTTP request on the bare socket, and closes it: nothing more on it can be understood. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const problem = problemOf(refusalOf(error.code), newId())
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    ...Object.entries(problem.headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(problem.json)}`,
    'x-content-type-options: nosniff',
    'connection: close',
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n${problem.json}`)
  socket.destroySoon()
}

function refusalOf(code: string | undefined): HubError {
  if (code === 'HPE_HEADER_OVERFLOW') return new HubError('headers-too-large', 'The request headers are too large')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new HubError('request-timeout', 'The request did not arrive in time')
  return new HubError('bad-request', 'The request must be well-formed HTTP/1.1')
}
