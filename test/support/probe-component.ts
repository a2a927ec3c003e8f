import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { HostContext, Message } from '../../src/services/component-orchestrator/component/component.ts'
import type { Graph } from '../../src/services/component-orchestrator/flow/graph.ts'

/** A step of the component `probe`: does what the test says, in the test's own process. */
export type Probe = (message: Message, fields: { readonly name: string }, context: HostContext) => unknown

const builtIns = fileURLToPath(new URL('../../components', import.meta.url))
const probes = new Map<string, Probe>()
Object.assign(globalThis, { [Symbol.for('oih.test.probes')]: probes })

/** A folder with the built-in components and one more, `probe`, that calls back. */
export function probeFolder(probe: Probe): string {
  const folder = mkdtempSync(join(tmpdir(), 'oih-components-'))
  for (const name of readdirSync(builtIns)) {
    const own = join(builtIns, name)
    mkdirSync(join(folder, name))
    const descriptor = JSON.parse(readFileSync(join(own, 'component.json'), 'utf8'))
    for (const action of Object.values<{ main: string }>(descriptor.actions)) {
      action.main = new URL(action.main, `${pathToFileURL(own)}/`).href
    }
    writeFileSync(join(folder, name, 'component.json'), JSON.stringify(descriptor))
  }
  const key = randomUUID()
  probes.set(key, probe)
  mkdirSync(join(folder, 'probe'))
  const fields = { name: { required: true, schema: { type: 'string' } } }
  const actions = { run: { title: 'Run', main: './probe.mjs', fields } }
  const descriptor = { title: 'Probe', runsIn: 'host', actions }
  writeFileSync(join(folder, 'probe', 'component.json'), JSON.stringify(descriptor))
  writeFileSync(
    join(folder, 'probe', 'probe.mjs'),
    `export function process(message, fields) {
       return globalThis[Symbol.for('oih.test.probes')].get('${key}')(message, fields, this)
     }`,
  )
  return folder
}

/** A graph of `probe` steps: each edge is written `a>b`; steps that are in no edge are given by name alone. */
export function probeGraph(...parts: readonly string[]): Graph {
  const pairs = parts.map((part) => part.split('>'))
  const ids = [...new Set(pairs.flat())]
  return {
    nodes: ids.map((id) => ({ id, componentId: 'probe', function: 'run', fields: { name: id } })),
    edges: pairs.flatMap(([source = '', target]) => (target === undefined ? [] : [{ source, target }])),
  }
}
