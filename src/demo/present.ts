import { cast, type Part, TENANT_NAME } from './cast.ts'
import { flows } from './flows.ts'
import { DemoError, demandAll, type HubCall } from './hub-call.ts'

/** A flow of the demo in the hub. */
export interface PresentFlow {
  readonly id: string
  readonly name: string
  readonly status: 'inactive' | 'starting' | 'active' | 'stopping'
  /** Number of starts so far. */
  readonly generation: number
}

/** What of the demo is in the hub. */
export interface Present {
  readonly tenantId: string | undefined
  /** Their names by what they are there for; an engineer may have successors. */
  readonly users: readonly { readonly part: Part; readonly username: string }[]
  readonly flows: readonly PresentFlow[]
}

/** How many engineers a demo may need, one for each load that was cut off: then something else is wrong. */
const MOST_ENGINEERS = 9

/** The names under which a user of that part may be there. Only an engineer ever needs a successor. */
export function namesOf(part: Part): string[] {
  const name = cast.find((member) => member.part === part)?.username ?? part
  if (part !== 'engineer') return [name]
  return Array.from({ length: MOST_ENGINEERS }, (_, index) => (index === 0 ? name : `${name}-${index + 1}`))
}

interface Tenant {
  readonly id: string
  readonly name: string
  readonly createdAt: string
}

/**
 * Looks for what an earlier load has made, as somebody who sees all tenants. Throws a `DemoError` when one of the demo's usernames
 * belongs to somebody else.
 */
export async function findPresent(call: HubCall): Promise<Present> {
  const tenants = await demandAll<Tenant>(call, 'look for the demo', '/iam/api/v1/tenants?meta=true')
  const candidates = tenants
    .filter(({ name }) => name === TENANT_NAME)
    .toSorted((a, b) => a.createdAt.localeCompare(b.createdAt))
  const users = await findUsers(call)
  const home = users[0]?.tenant
  const stranger = users.find(({ tenant }) => tenant !== home || !candidates.some(({ id }) => id === tenant))
  if (stranger !== undefined) {
    throw new DemoError(
      `Cannot load the demo as user "${stranger.username}" must not exist outside the demo's tenant: it is in another one`,
    )
  }
  const tenantId = home ?? candidates[0]?.id
  return { tenantId, users, flows: tenantId === undefined ? [] : await findFlows(call, tenantId) }
}

async function findUsers(call: HubCall) {
  const parts = new Map(cast.flatMap(({ part }) => namesOf(part).map((name) => [name, part] as const)))
  const query = [...parts.keys()].map((name) => `&username=${name}`).join('')
  type User = { username: string; tenant?: string }
  const users = await demandAll<User>(call, 'look for the demo', `/iam/api/v1/users?meta=true${query}`)
  return users.flatMap((user) => {
    const part = parts.get(user.username)
    return part === undefined ? [] : [{ ...user, part }]
  })
}

/** The first of each name: those of the same name that others have made since are theirs. */
async function findFlows(call: HubCall, tenantId: string): Promise<PresentFlow[]> {
  const found: PresentFlow[] = []
  for (const { name } of flows) {
    const path = `/flow-repository/flows?sort=createdAt&search=${encodeURIComponent(name)}`
    const fitting = await demandAll<PresentFlow & { tenant: string }>(call, 'look for the demo', path)
    const first = fitting.find((flow) => flow.tenant === tenantId && flow.name === name)
    if (first !== undefined) found.push(first)
  }
  return found
}
