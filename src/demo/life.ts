import { cast } from './cast.ts'
import { control, settled } from './flow-control.ts'
import { demand, type HubCall } from './hub-call.ts'
import type { Demo, DemoFlow } from './load.ts'
import { randomPassword } from './random-text.ts'
import { asUser } from './session.ts'

/** After so many seconds the same things happen again, to the next user and the next flow. */
const ROUND = 10

/** What happens in a given second; most of the time nothing. Throws a `DemoError` where the hub refuses it. */
export type Life = (second: number) => Promise<void>

/**
 * What goes on in a hub beside its flows: users sign in, look at something and sign out, one mistypes the password, a flow is stopped
 * and started again. Those whose passwords are not known stay away, and the flows are restarted by whoever loads the demo.
 */
export function createLife(
  call: HubCall,
  { users, flows }: Pick<Demo, 'users' | 'flows'>,
  onProgress: (text: string) => void,
): Life {
  const pick = <T>(list: readonly T[], turn: number): T | undefined => list[turn % list.length]

  async function visit(turn: number): Promise<void> {
    const user = pick(users, turn)
    const path = cast.find(({ part }) => part === user?.part)?.reads
    if (user === undefined || path === undefined) return
    await asUser(call, user, (token) => demand(call, `read ${path}`, { method: 'GET', path, token }))
    onProgress(`${user.username} signed in, read ${path} and signed out`)
  }

  async function mistype(turn: number): Promise<void> {
    const username = pick(cast, turn)?.username
    await call({ method: 'POST', path: '/iam/login', body: { username, password: randomPassword() } })
    onProgress(`${username} mistyped the password and was refused`)
  }

  async function restart(turn: number): Promise<void> {
    const flow = pick(flows, turn)
    if (flow === undefined) return
    const engineer = users.find(({ part }) => part === 'engineer')
    const isDone = await (engineer === undefined
      ? stopAndStart(call, flow)
      : asUser(call, engineer, (token) => stopAndStart(call, flow, token)))
    if (isDone) onProgress(`${engineer?.username ?? 'You'} stopped flow "${flow.name}" and started it again`)
  }

  return async (second) => {
    const turn = Math.floor(second / ROUND)
    switch (second % ROUND) {
      case 0:
        return visit(turn * 2)
      case 2:
        return mistype(turn)
      case 4:
        return restart(turn)
      case 7:
        return visit(turn * 2 + 1)
    }
  }
}

/** Leaves a flow alone that somebody else has stopped. */
async function stopAndStart(call: HubCall, flow: DemoFlow, token?: string): Promise<boolean> {
  if ((await settled(call, flow, token)).status !== 'active') return false
  await control(call, flow, 'stop', token)
  await settled(call, flow, token)
  await control(call, flow, 'start', token)
  await settled(call, flow, token)
  return true
}
