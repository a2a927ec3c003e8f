/** The main module of the processes of `codeWorker`: see `worker-program.ts`. */
import { serve } from '../../src/lib/process-pool/worker.ts'

interface Request {
  readonly code: string
  readonly input: unknown
}

serve(async (text) => {
  const { code, input }: Request = JSON.parse(text)
  const source = `export async function run(input) { ${code} }`
  const { run } = await import(`data:text/javascript,${encodeURIComponent(source)}`)
  const results: unknown[] = await run(input)
  return results.map((result) => JSON.stringify(result))
})
