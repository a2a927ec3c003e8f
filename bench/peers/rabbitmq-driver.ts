import { Connection, type Consumer } from 'rabbitmq-client'
import type { Driver, DriverInput } from '../bus/driver.ts'
import { createEffectGroups, type EffectGroups } from '../bus/effect.ts'
import { THING_NAME, type Thing } from '../bus/thing.ts'

/** Where a broker is looked for: RabbitMQ's own default user, which it lets in from this machine alone. */
export const BROKER = 'amqp://guest:guest@127.0.0.1:5672'

const CONCURRENCY = 500
const QUEUE = { durable: true, arguments: { 'x-queue-type': 'quorum' } } as const

/**
 * RabbitMQ with a durable topic exchange and a quorum queue for each of `mode.subscribers`: publishing waits for the broker's confirm, a message is
 * acknowledged once its effect is committed; effects of messages handled at the same moment share an insert.
 */
export function createDriver({ url, name, mode }: DriverInput): Driver {
  const subscribers = Number(mode.subscribers)
  const rabbit = new Connection(BROKER)
  rabbit.on('error', (error) => console.error('rabbitmq', error))
  const exchange = `oih-${name}`
  const queueOf = (subscriber: number) => `oih-${name}-${subscriber}`
  const publisher = rabbit.createPublisher({ confirm: true, maxAttempts: 2 })
  const consumers: Consumer[] = []
  let effects: EffectGroups | undefined

  function consume(subscriber: number, groups: EffectGroups): Promise<void> {
    const consumer = rabbit.createConsumer(
      {
        queue: queueOf(subscriber),
        queueOptions: QUEUE,
        concurrency: CONCURRENCY,
        qos: { prefetchCount: 2 * CONCURRENCY },
      },
      async (message) => {
        await groups.submit(subscriber, message.body as Thing)
      },
    )
    consumers.push(consumer)
    return new Promise((resolve, reject) => {
      consumer.on('ready', resolve)
      consumer.on('error', reject)
    })
  }

  return {
    async prepare() {
      await rabbit.exchangeDeclare({ exchange, type: 'topic', durable: true })
      for (let subscriber = 1; subscriber <= subscribers; subscriber += 1) {
        const queue = queueOf(subscriber)
        await rabbit.queueDeclare({ queue, ...QUEUE })
        await rabbit.queueBind({ queue, exchange, routingKey: 'bench.#' })
      }
    },
    async start(count, tally) {
      if (count === 0) return
      const groups = createEffectGroups(url, tally)
      effects = groups
      await Promise.all(Array.from({ length: count }, (_, index) => consume(index + 1, groups)))
    },
    async publish(things) {
      const envelope = { exchange, routingKey: THING_NAME, durable: true }
      await Promise.all(things.map((thing) => publisher.send(envelope, thing)))
    },
    async stop() {
      await Promise.all(consumers.map((consumer) => consumer.close()))
      await effects?.close()
      await publisher.close()
      await rabbit.close()
    },
    async dispose() {
      for (let subscriber = 1; subscriber <= subscribers; subscriber += 1) await rabbit.queueDelete(queueOf(subscriber))
      await rabbit.exchangeDelete({ exchange })
    },
  }
}
