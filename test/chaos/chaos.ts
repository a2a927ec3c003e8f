import { parseArgs } from 'node:util'
import { createDataDir } from '../support/hub-process.ts'
import { runChaos } from './rounds.ts'

// npm run chaos -- --rounds 1000 [--seed 42]

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '20' }, seed: { type: 'string', default: String(Date.now() % 1e9) } },
})
const rounds = Number(values.rounds)
const seed = Number(values.seed)
const say = (text: string) => process.stdout.write(`${text}\n`)

if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed)) {
  process.stderr.write('Usage: npm run chaos -- --rounds <number> [--seed <number>]\n')
  process.exitCode = 2
} else {
  say(`seed ${seed}`)
  const folder = await createDataDir()
  const faults = await runChaos({ rounds, seed, dataDir: folder.path, say })
  for (const fault of faults) say(`FAULT: ${fault}`)
  say(faults.length === 0 ? 'nothing lost, nothing doubled' : `${faults.length} faults; data kept in ${folder.path}`)
  if (faults.length === 0) await folder.remove()
  process.exitCode = faults.length === 0 ? 0 : 1
}
