import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { RoleAnswer } from './role.ts'

/** A role that runs in a process of its own. */
export interface RoleProcess {
  readonly pid: number
  /** Runs a command there. Rejects with what it throws, or when the process ends first. */
  call<Result>(command: string, argument?: unknown): Promise<Result>
  /** Stops the role and waits for its process to end; one that does not end within 15 s is killed. */
  stop(): Promise<void>
}

const STOP_MS = 15_000

/**
 * Starts a role: `module` exports `createRole`, which gets `input`. Resolves when the role is ready. `OIH_BENCH_PROFILE=<folder>` lets every
 * such process write a CPU profile there.
 */
export async function startRole(module: URL, input: unknown): Promise<RoleProcess> {
  const profile = process.env.OIH_BENCH_PROFILE
  const child = fork(fileURLToPath(new URL('./role-host.ts', import.meta.url)), [module.href, JSON.stringify(input)], {
    serialization: 'advanced',
    execArgv: profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`],
  })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  const ready = Promise.withResolvers<unknown>()
  waiting.set(0, ready)
  child.on('message', ({ id, result, error }: RoleAnswer) => {
    const call = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) call?.resolve(result)
    else call?.reject(new Error(error))
  })
  const ended = once(child, 'exit').then(([code, signal]) => {
    const error = new Error(`Cannot go on as the process of "${module.pathname}" has ended: ${signal ?? code}`)
    for (const call of waiting.values()) call.reject(error)
    waiting.clear()
  })
  await ready.promise
  let last = 0
  function call<Result>(command: string, argument?: unknown): Promise<Result> {
    if (!child.connected) return Promise.reject(new Error(`Cannot run "${command}" as its process must be alive`))
    last += 1
    const answer = Promise.withResolvers<unknown>()
    waiting.set(last, answer)
    // Whoever waits for it may have failed at something else before it fails in turn.
    answer.promise.catch(() => undefined)
    child.send({ id: last, command, argument })
    return answer.promise as Promise<Result>
  }
  return { pid: child.pid as number, call, stop: () => stopChild(child, call, ended) }
}

async function stopChild(child: ChildProcess, call: RoleProcess['call'], ended: Promise<void>): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await call('stop').catch(() => child.kill('SIGKILL'))
  await ended
  clearTimeout(timer)
}

/** Runs `work` with roles that are stopped however it ends. */
export async function withRoles<T>(work: (start: typeof startRole) => Promise<T>): Promise<T> {
  const roles: RoleProcess[] = []
  try {
    return await work(async (module, input) => {
      const role = await startRole(module, input)
      roles.push(role)
      return role
    })
  } finally {
    await Promise.all(roles.map((role) => role.stop()))
  }
}
