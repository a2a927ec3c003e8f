import { newId } from '#lib/id'
import { textArray } from '#lib/text-array'
import type { StepOutput } from './step-runner.ts'

/** The end of a step, seen from what follows it. */
export interface Predecessor {
  /** That of its task. */
  readonly id: string
  /** Steps of the run that were done before it, one after the other, without waiting in the queue. */
  readonly hops?: number
}

/** What a step has emitted and the tasks that follow, with their new ids. */
export interface Successors {
  readonly messages: readonly NewMessage[]
  readonly tasks: readonly NewTask[]
}

interface NewMessage {
  readonly id: string
  readonly place: number
  readonly body: string
  readonly after: Predecessor
}

interface NewTask {
  readonly id: string
  readonly stepId: string
  readonly messageId: string
  readonly after: Predecessor
}

/** Steps of a run that follow each other without waiting in the queue: then the tasks of others have their turn. */
const MOST_HOPS = 16

/** A message for each output, and a task for each message and target. */
export function successorsOf(ends: Iterable<{ readonly after: Predecessor } & StepOutput>): Successors {
  const messages: NewMessage[] = []
  const tasks: NewTask[] = []
  for (const { after, outputs, targets } of ends) {
    for (const [place, body] of outputs.entries()) {
      const messageId = newId()
      messages.push({ id: messageId, place, body, after })
      for (const stepId of targets) tasks.push({ id: newId(), stepId, messageId, after })
    }
  }
  return { messages, tasks }
}

/** The ids of tasks that may begin at once: the first successor of each step, so many (`firsts`), and then the others. */
export function candidates({ tasks }: Successors): { ids: string[]; firsts: number } {
  const may = tasks.filter(({ after }) => hopsAfter(after) <= MOST_HOPS)
  const firsts = new Map(may.toReversed().map(({ id, after }) => [after.id, id]))
  return { ids: [...new Set([...firsts.values(), ...may.map(({ id }) => id)])], firsts: firsts.size }
}

/** The hops of each task, if it does not wait. */
export function hopsOf({ tasks }: Successors): Map<string, number> {
  return new Map(tasks.map(({ id, after }) => [id, hopsAfter(after)]))
}

function hopsAfter({ hops = 0 }: Predecessor): number {
  return hops + 1
}

/** Parameters `uuid[], uuid[], integer[], text[]`: id, step's task, place and body of each message. */
export function messageColumns({ messages }: Successors): unknown[] {
  return [
    messages.map(({ id }) => id),
    messages.map(({ after }) => after.id),
    messages.map(({ place }) => place),
    textArray(messages.map(({ body }) => body)),
  ]
}

/** Parameters `uuid[], uuid[], text[], uuid[], boolean[]`: id, step's task, target, message of each task, and whether it begins. */
export function taskColumns({ tasks }: Successors, begins: ReadonlySet<string>): unknown[][] {
  return [
    tasks.map(({ id }) => id),
    tasks.map(({ after }) => after.id),
    tasks.map(({ stepId }) => stepId),
    tasks.map(({ messageId }) => messageId),
    tasks.map(({ id }) => begins.has(id)),
  ]
}
