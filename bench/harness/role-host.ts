// Runs one role in this process, for the process that forked it: node role-host.ts <module> <input as JSON>

import type { CreateRole, RoleAnswer, RoleCall } from './role.ts'

const [module, input] = process.argv.slice(2)
if (module === undefined || input === undefined) throw new Error('Cannot host a role as module and input must be given')

const { createRole } = (await import(module)) as { createRole: CreateRole<unknown> }
const role = await createRole(JSON.parse(input))

const answer = (message: RoleAnswer) => void process.send?.(message)

process.on('message', async ({ id, command, argument }: RoleCall) => {
  try {
    if (command === 'stop') {
      await role.stop()
      answer({ id })
      process.disconnect?.()
      return
    }
    const run = role.commands[command]
    if (run === undefined) throw new Error(`Cannot run "${command}" as the role must know it`)
    answer({ id, result: await run(argument) })
  } catch (error) {
    answer({ id, error: String(error instanceof Error ? error.stack : error) })
  }
})
// Whoever forked it has gone without a word: nobody waits for what it measures.
process.on('disconnect', () => process.exit())
answer({ id: 0 })
