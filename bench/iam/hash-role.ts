import { argon2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { CreateRole } from '../harness/role.ts'

const derive = promisify(argon2)
/** The cost of `src/services/iam/login/password.ts`. */
const COST = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 }

/** Argon2id alone, two at a time as in the hub. */
export const createRole: CreateRole<null> = async () => ({
  commands: {
    async hash(wanted: number) {
      const begin = performance.now()
      const until = begin + wanted * 1e3
      let count = 0
      const one = async () => {
        while (performance.now() < until) {
          await derive('argon2id', { message: Buffer.from('a password'), nonce: randomBytes(16), ...COST })
          count += 1
        }
      }
      await Promise.all([one(), one()])
      return { count, seconds: (performance.now() - begin) / 1e3 }
    },
  },
  stop: async () => undefined,
})
