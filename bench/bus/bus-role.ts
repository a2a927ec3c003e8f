import type { Role } from '../harness/role.ts'
import type { CreateDriver, DriverInput } from './driver.ts'
import { keepPace } from './pacer.ts'
import { createTally } from './tally.ts'
import { makeThing, nowMicros } from './thing.ts'

/** A driver in a process of its own. */
export interface BusRoleInput extends DriverInput {
  /** Address of the driver's module. */
  readonly driver: string
}

/** Things to be published as fast as it goes. */
export interface PublishOrder {
  readonly first: number
  readonly total: number
  /** Things in one transaction. */
  readonly group: number
  /** Publishers that each wait for their own. */
  readonly publishers: number
}

/** Things to be published at their time, whether earlier ones are done or not. */
export interface PaceOrder {
  readonly first: number
  readonly perSecond: number
  readonly seconds: number
}

/** When publishing began and when the last was durable, by `nowMicros`. */
export interface PublishTimes {
  readonly began: number
  readonly ended: number
}

/** Time for the thread that keeps the pace to start. */
const START_MICROS = 300_000

/** A process that publishes, handles, or both. */
export async function createRole({ driver: module, ...input }: BusRoleInput): Promise<Role> {
  const { createDriver } = (await import(module)) as { createDriver: CreateDriver }
  const driver = createDriver(input)
  const tally = createTally()

  async function publish({ first, total, group, publishers }: PublishOrder): Promise<PublishTimes> {
    const began = nowMicros()
    let next = 0
    async function publisher(): Promise<void> {
      while (next < total) {
        const from = next
        next = Math.min(total, from + group)
        await driver.publish(Array.from({ length: next - from }, (_, n) => makeThing(first + from + n, nowMicros())))
      }
    }
    await Promise.all(Array.from({ length: publishers }, publisher))
    return { began, ended: nowMicros() }
  }

  /** `sentAt` is when a thing was due: a sender that falls behind makes it look slower, not faster. */
  async function pace({ first, perSecond, seconds }: PaceOrder): Promise<PublishTimes> {
    const began = nowMicros() + START_MICROS
    const sent: Promise<void>[] = []
    await keepPace({ began, perSecond, total: perSecond * seconds }, (n) => {
      sent.push(driver.publish([makeThing(first + n, began + Math.round((n * 1e6) / perSecond))]))
    })
    await Promise.all(sent)
    return { began, ended: nowMicros() }
  }

  return {
    commands: {
      prepare: () => driver.prepare(),
      start: async (subscribers: number) => {
        const at = nowMicros()
        await driver.start(subscribers, tally)
        return at
      },
      publish,
      pace,
      handled: (count: number) => tally.until(count),
      latencies: async () => tally.latencies(),
      reset: async () => tally.reset(),
      dispose: async () => driver.dispose?.(),
    },
    stop: () => driver.stop(),
  }
}
