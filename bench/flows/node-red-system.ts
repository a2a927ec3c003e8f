import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { FlowSystem, FlowSystemOptions } from './flow-system.ts'
import { ticketExpression } from './mapping.ts'

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
  const begin = performance.now()
  const child = spawn(process.execPath, [program, '--userDir', folder, '--port', String(port), 'flows.json'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  await new Promise<void>((resolve, reject) => {
    let steps = 0
    createInterface({ input: child.stdout }).on('line', (line) => {
      // It says both, in either order; only then are the flow's routes there.
      if (line.includes('Started flows') || line.includes('Server now running')) steps += 1
      if (steps === 2) resolve()
    })
    exited.then((code) => reject(new Error(`Cannot measure Node-RED as it ended with ${code} before it was ready`)))
  })
  return {
    hookUrl: `http://127.0.0.1:${port}/hook`,
    // Started by a spawn that did not fail.
    parts: [{ name: 'Node-RED', pid: child.pid as number }],
    readyMs: performance.now() - begin,
    stop: async () => {
      child.kill('SIGTERM')
      await exited
    },
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
 * nodes is copied for the second, which for a whole delivery takes longer than the mapping.
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
