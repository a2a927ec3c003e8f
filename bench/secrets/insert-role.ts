import { createGroupCommit } from '../../src/lib/group-commit.ts'
import { createDriver } from '../bus/raw-insert-driver.ts'
import { makeThing, type Thing } from '../bus/thing.ts'
import type { CreateRole } from '../harness/role.ts'
import { type Load, repeat } from './load.ts'

/** One process that inserts into a copy of the table of events; what comes at the same time shares a commit, as readings do. */
export const createRole: CreateRole<{ readonly url: string }> = async ({ url }) => {
  const driver = createDriver({ url, name: 'secrets', connections: 20, mode: { commit: 'transaction' } })
  await driver.prepare()
  const group = createGroupCommit<Thing, undefined>({
    parallel: 2,
    async write(things) {
      await driver.publish(things)
      return things.map(() => undefined)
    },
  })
  return {
    commands: {
      insert: (load: Load) => repeat(load, async (n) => void (await group.submit(makeThing(n, 0)))),
    },
    stop: () => driver.stop(),
  }
}
