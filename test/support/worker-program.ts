import { fileURLToPath } from 'node:url'
import type { WorkerRequest } from '../../src/lib/process-pool/wire-format.ts'
import type { WorkerProgram } from '../../src/lib/process-pool/worker-process.ts'

const pathOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const file = pathOf('test/support/code-worker.ts')

/** A program for processes of a pool: runs what code a test asks it to. */
export const codeWorker: WorkerProgram = { file, readable: [file, pathOf('package.json'), pathOf('src/lib/')] }

/** A request to run `code`, the body of an async function of `input`. The array that it returns becomes the texts of the answer. */
export function codeRequest(code: string, input: unknown = null): WorkerRequest {
  return { code: JSON.stringify(code), input: JSON.stringify(input) }
}
