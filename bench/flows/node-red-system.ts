import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FlowSystem, FlowSystemOptions } from './flow-system.ts'
import { ticketExpression } from './mapping.ts'
import { startProgram } from './program.ts'

const program = fileURLToPath(new URL('../node_modules/node-red/red.js', import.meta.url))

/** Why Node-RED cannot be measured; undefined when it can. */
export async function missingNodeRed(): Promise<string | undefined> {
  return existsSync(program) ? undefined : 'node-red is not installed in bench/'
}

/** Starts Node-RED with its default settings and the flow, in a process of its own. */
export async function startNodeRed({ folder, targetUrl }: FlowSystemOptions): Promise<FlowSystem> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'flows.json'), JSON.stringify(ticketFlow(targetUrl)))
  const port = await freePort()
  let steps = 0
  const { pid, readyMs, stop } = await startProgram({
    args: [program, '--userDir', folder, '--port', String(port), 'flows.json'],
    cwd: folder,
    isReady(line) {
      // It says both, in either order; only then are the flow's routes there.
      if (line.includes('Started flows') || line.includes('Server now running')) steps += 1
      return steps === 2
    },
  })
  return {
    hookUrl: `http://127.0.0.1:${port}/hook`,
    parts: [{ name: 'Node-RED', pid }],
    readyMs,
    stop: async () => void (await stop()),
  }
}

/** It takes a port of its own choice for no port: one that is free now is the next best. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/**
 * What costs it least: connections to the target are kept alive, and the answer goes out with the mapped ticket, as a message that goes to two
 * nodes is copied for the second: a ticket is a twentieth of a delivery.
 */
function ticketFlow(targetUrl: string): object[] {
  const expression = `payload.(${ticketExpression('$$.req.headers')})`
  return [
    { id: 'tab', type: 'tab', label: 'GitHub issues to tickets' },
    { id: 'in', type: 'http in', z: 'tab', url: '/hook', method: 'post', wires: [['map']] },
    {
      id: 'map',
      type: 'change',
      z: 'tab',
      rules: [{ t: 'set', p: 'payload', pt: 'msg', to: expression, tot: 'jsonata' }],
      wires: [['send', 'answer']],
    },
    {
      id: 'send',
      type: 'http request',
      z: 'tab',
      method: 'POST',
      ret: 'txt',
      paytoqs: 'ignore',
      url: targetUrl,
      persist: true,
      wires: [[]],
    },
    { id: 'answer', type: 'http response', z: 'tab', statusCode: '200', wires: [] },
  ]
}
