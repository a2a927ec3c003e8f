import { spawn } from 'node:child_process'
import { setPriority } from 'node:os'
import { dirname } from 'node:path'
import { createLineReader } from './line-reader.ts'
import { formatRequest, parseAnswer, readyLine, type WorkerAnswer, type WorkerRequest } from './wire-format.ts'

/** What the processes of a pool run. All paths are absolute. */
export interface WorkerProgram {
  /** The main module, which calls `serve`. */
  readonly file: string
  /** What it gets as `process.argv.slice(2)`; default nothing. */
  readonly args?: readonly string[]
  /** All that it may read, its own modules and the package.json above them included. A folder ends with a slash. */
  readonly readable: readonly string[]
  /** Whether it may make code from strings, by `eval` or `new Function`; default false. */
  readonly codeGeneration?: boolean
}

/** How a process ended. */
export interface ProcessEnd {
  /** It ended itself for want of memory. */
  readonly outOfMemory: boolean
  /** The end of what it wrote on standard error. */
  readonly stderr: string
}

/** Bounds of one process, and who hears of it. */
export interface WorkerProcessOptions {
  readonly program: WorkerProgram
  /** Heap in MiB. */
  readonly memoryMb: number
  /** Seconds of processor time after which the system ends the process. */
  readonly cpuSeconds: number
  onReady(): void
  /** Answers come in the order of the requests. */
  onAnswer(answer: WorkerAnswer): void
  /** Called once, however the process ends. */
  onExit(end: ProcessEnd): void
}

/** A process that answers requests, one after the other. */
export interface WorkerProcess {
  send(requests: readonly WorkerRequest[]): void
  /** Cannot be undone. */
  lowerPriority(): void
  kill(): void
}

/** Gets about a quarter of the time where a process of usual priority wants it all. */
const lowPriority = 5
const maxStderr = 1_000

/** A hub that ends without stopping its parts must leave nothing behind. */
const alive = new Set<() => void>()
process.on('exit', () => {
  for (const kill of alive) kill()
})

/**
 * Starts a process. It has no environment, reads only what its program may, writes no file, and can start nothing. The shell sets
 * the limits and is replaced by Node: no core dump with a tenant's data, and processor time that ends a process whose hub was
 * killed during an endless request, for such a process never comes to see that its input has ended.
 */
export function startWorkerProcess(options: WorkerProcessOptions): WorkerProcess {
  const { file, args = [], readable, codeGeneration = false } = options.program
  const node = [
    process.execPath,
    '--permission',
    ...readable.map((path) => `--allow-fs-read=${path}`),
    ...(codeGeneration ? [] : ['--disallow-code-generation-from-strings']),
    `--max-old-space-size=${options.memoryMb}`,
    file,
    ...args,
  ]
  const limits = `ulimit -c 0; ulimit -t ${options.cpuSeconds}; exec "$0" "$@"`
  const child = spawn('/bin/sh', ['-c', limits, ...node], {
    env: {},
    cwd: dirname(file),
    stdio: ['pipe', 'pipe', 'pipe'],
  })

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
    if (line === readyLine) return options.onReady()
    const answer = parseAnswer(line)
    if (answer) options.onAnswer(answer)
    // Something else writes to its output: whether the next line is an answer, and to what, cannot be known.
    else kill()
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
      child.stdin.write(requests.map(formatRequest).join(''))
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
