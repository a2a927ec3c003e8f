import { describe, type TestContext } from 'node:test'
import type { BusFixture } from '../../test/support/bus.ts'
import { deliveryPromises } from './conformance/delivery.ts'
import { failurePromises } from './conformance/failure.ts'
import { lifecyclePromises } from './conformance/lifecycle.ts'
import { listenPromises } from './conformance/listen.ts'
import { publishPromises } from './conformance/publish.ts'

/** A shape of the bus that keeps the promises of this suite. */
export interface BusShape {
  readonly name: string
  /** Builds a bus for one test and registers its end. */
  readonly setup: (t: TestContext) => Promise<BusFixture>
}

/** The promises of the bus, by name. Whatever calls itself an event bus here passes them. */
export function busConformance({ name, setup }: BusShape): void {
  describe(`event bus: ${name}`, () => {
    publishPromises(setup)
    deliveryPromises(setup)
    failurePromises(setup)
    listenPromises(setup)
    lifecyclePromises(setup)
  })
}
