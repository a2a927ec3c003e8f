import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { setPriority } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { OutputLimits } from '../component/outputs.ts'
import { createLineReader } from './line-reader.ts'

/** What an expression process is asked: `message` and `fields` are JSON texts. */
export interface WorkerRequest {
  /** URL of the component's module. */
  readonly module: string
  readonly fields: string
  readonly message: string
}

/** What became of a request: the emitted messages as JSON texts, or why it failed. */
export type WorkerAnswer = { readonly outputs: string[] } | { readonly failure: string }

/** How a process ended. */
export interface ProcessEnd {
  /** It ended itself for want of memory. */
  readonly outOfMemory: boolean
  /** The end of what it wrote on standard error. */
  readonly stderr: string
}

/** Bounds of one process, and who hears of it. */
export interface WorkerProcessOptions {
  readonly memoryMb: number
  /** Seconds of processor time after which the system ends the process. */
  readonly cpuSeconds: number
  readonly outputs: OutputLimits
  onReady(): void
  /** Answers come in the order of the requests. */
  onAnswer(answer: WorkerAnswer): void
  /** Called once, however the process ends. */
  onExit(end: ProcessEnd): void
}

/** A process that evaluates expressions, one after the other. */
export interface WorkerProcess {
  send(requests: readonly WorkerRequest[]): void
  /** Cannot be undone. */
  lowerPriority(): void
  kill(): void
}

/** Gets about a quarter of the time where a process of usual priority wants it all. */
const lowPriority = 5
const maxStderr = 1_000
const workerFile = fileURLToPath(new URL('../expression/expression-worker.ts', import.meta.url))
const root = fileURLToPath(new URL('../../../..', import.meta.url))
const jsonataFolder = `${dirname(createRequire(import.meta.url).resolve('jsonata'))}/`
const readable = [`${root}package.json`, `${root}src/`, `${root}components/`, jsonataFolder]

/** A hub that ends without stopping its parts must leave nothing behind. */
const alive = new Set<() => void>()
process.on('exit', () => {
  for (const kill of alive) kill()
})

/**
 * Starts a process for expressions. It has no environment, reads nothing but our source, and can start nothing. The shell sets
 * the limits and is replaced by Node: no core dump with a tenant's data, and processor time that ends a process whose hub was
 * killed during an endless expression, for such a process never comes to see that its input has ended.
 */
export function startWorkerProcess(options: WorkerProcessOptions): WorkerProcess {
  const node = [
    process.execPath,
    '--permission',
    ...readable.map((path) => `--allow-fs-read=${path}`),
    '--disallow-code-generation-from-strings',
    `--max-old-space-size=${options.memoryMb}`,
    workerFile,
    JSON.stringify(options.outputs),
  ]
  const limits = `ulimit -c 0; ulimit -t ${options.cpuSeconds}; exec "$0" "$@"`
  const child = spawn('/bin/sh', ['-c', limits, ...node], { env: {}, cwd: root, stdio: ['pipe', 'pipe', 'pipe'] })

  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr = (stderr + chunk).slice(-maxStderr)
  })
  const kill = () => child.kill('SIGKILL')
  alive.add(kill)
  let ended = false
  const end = (outOfMemory: boolean) => {
    if (ended) return
    ended = true
    alive.delete(kill)
    options.onExit({ outOfMemory, stderr })
  }

  const read = createLineReader((line) => {
    if (line === 'ready') options.onReady()
    else options.onAnswer(parseAnswer(line))
  })
  child.stdout.setEncoding('utf8').on('data', read)
  // Writing to a process that has ended fails here; its end is heard below.
  child.stdin.on('error', () => {})
  // V8 aborts when an allocation finds no memory.
  child.on('close', (_code, signal) => end(signal === 'SIGABRT'))
  child.on('error', (error) => {
    stderr += error.message
    end(false)
  })

  return {
    send(requests) {
      child.stdin.write(requests.map(toLine).join(''))
    },
    lowerPriority() {
      try {
        if (child.pid !== undefined) setPriority(child.pid, lowPriority)
      } catch {
        // It has ended already.
      }
    },
    kill,
  }
}

/** The texts are put in as they are: they are the bulk, and the other side parses the line in one go. */
function toLine({ module, fields, message }: WorkerRequest): string {
  return `{"module":${JSON.stringify(module)},"fields":${onOneLine(fields)},"message":${onOneLine(message)}}\n`
}

/** JSON has line breaks between its tokens only, where a space does as well. */
function onOneLine(json: string): string {
  return json.includes('\n') ? json.replaceAll('\n', ' ') : json
}

/** JSON text has no tab of its own once written by `JSON.stringify`. */
function parseAnswer(line: string): WorkerAnswer {
  const [kind, ...parts] = line.split('\t')
  return kind === 'ok' ? { outputs: parts } : { failure: JSON.parse(parts.join('\t')) }
}
