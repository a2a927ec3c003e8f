import {
  Logger,
  makeWorkerUtils,
  type Runner,
  run,
  runMigrations,
  type TaskList,
  type WorkerUtils,
} from 'graphile-worker'
import type { Driver, DriverInput } from '../bus/driver.ts'
import { createEffectGroups, type EffectGroups } from '../bus/effect.ts'
import type { Tally } from '../bus/tally.ts'
import type { Thing } from '../bus/thing.ts'

const taskOf = (subscriber: number) => `subscriber-${subscriber}`

/**
 * graphile-worker with a task for each subscriber: a thing is a job for each of `mode.subscribers` tasks, added by one `addJobs`. The worker is set as its
 * page on performance says: a local queue (`mode.localQueue` jobs), completions in batches; `mode.concurrentJobs` tasks run at a time. Tasks that run at the same moment share an insert of their effects.
 */
export function createDriver({ url, connections, mode }: DriverInput): Driver {
  const subscribers = Number(mode.subscribers)
  const preset = {
    worker: {
      connectionString: url,
      concurrentJobs: Number(mode.concurrentJobs),
      maxPoolSize: connections,
      localQueue: { size: Number(mode.localQueue) },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
      logger: new Logger(() => (level, message) => {
        if (level === 'error') console.error('graphile-worker', message)
      }),
    },
  }
  let utilities: Promise<WorkerUtils> | undefined
  let runner: Runner | undefined
  let effects: EffectGroups | undefined

  function tasks(count: number, tally: Tally): TaskList {
    const groups = createEffectGroups(url, tally)
    effects = groups
    const entries = Array.from({ length: count }, (_, index) => {
      const subscriber = index + 1
      return [taskOf(subscriber), (payload: unknown) => groups.submit(subscriber, payload as Thing)] as const
    })
    return Object.fromEntries(entries)
  }

  return {
    prepare: () => runMigrations({ preset }),
    async start(count, tally) {
      if (count > 0) runner = await run({ preset, noHandleSignals: true, taskList: tasks(count, tally) })
    },
    async publish(things) {
      utilities ??= makeWorkerUtils({ preset })
      const jobs = things.flatMap((payload) =>
        Array.from({ length: subscribers }, (_, index) => ({ identifier: taskOf(index + 1), payload })),
      )
      const { addJob, addJobs } = await utilities
      const [only, ...others] = jobs
      if (only !== undefined && others.length === 0) await addJob(only.identifier, only.payload)
      else await addJobs(jobs)
    },
    async stop() {
      await runner?.stop()
      await effects?.close()
      await (await utilities)?.release()
    },
  }
}
