import { TENANT_NAME } from './cast.ts'
import { control, settled } from './flow-control.ts'
import { type DemoFlowInput, flows } from './flows.ts'
import { DemoError, demand, type HubCall } from './hub-call.ts'
import { findPresent, type PresentFlow } from './present.ts'
import type { DemoUser, LoadReport } from './report.ts'
import { asUser } from './session.ts'
import { createMissingUsers, createSuccessor } from './users.ts'

/** The demo in a hub. */
export interface Demo {
  /** Whether all of it was there before, so that nothing was changed. */
  readonly wasThere: boolean
  /** Those whose passwords are known; nobody can sign in as the others. */
  readonly users: readonly DemoUser[]
  readonly flows: readonly DemoFlow[]
}

/** A flow of the demo in the hub. */
export interface DemoFlow extends Pick<DemoFlowInput, 'name' | 'event'> {
  readonly id: string
}

/**
 * Makes a tenant, its users and two active flows, or what of them is missing. Where everything is there nothing is changed: flows that
 * somebody has stopped stay so. `call` must act for somebody with the permission `all`. Throws a `DemoError` with the reason; what was
 * made until then stays, and the next load completes it; `known` are users of such an earlier attempt. Two loads at the same moment are not kept apart.
 */
export async function loadDemo(call: HubCall, report: LoadReport, known: readonly DemoUser[] = []): Promise<Demo> {
  await demandAdministrator(call)
  const present = await findPresent(call)
  const tenantId = present.tenantId ?? (await createTenant(call, report))
  const created = await createMissingUsers(call, report, tenantId, present.users)
  const users = [...known, ...created]
  const missing = flows.filter(({ name }) => !present.flows.some((flow) => flow.name === name))
  if (missing.length > 0) {
    const engineer = users.find(({ part }) => part === 'engineer')
    users.push(...(engineer ? [] : [await createSuccessor(call, report, tenantId, present.users)]))
  }
  const made = await createFlows(call, report, missing, users)
  const idle = present.flows.filter(({ generation }) => generation === 0)
  for (const flow of idle) await startFlow(call, report, flow)
  const found = [...present.flows, ...made]
  return {
    wasThere: created.length + made.length + idle.length === 0,
    users,
    flows: flows.flatMap(({ name, event }) =>
      found.filter((flow) => flow.name === name).map(({ id }) => ({ id, name, event })),
    ),
  }
}

async function demandAdministrator(call: HubCall): Promise<void> {
  type Account = { username: string; isAdmin: boolean }
  const { username, isAdmin } = await demand<Account>(call, 'load the demo', {
    method: 'GET',
    path: '/iam/api/v1/users/me',
  })
  if (!isAdmin) throw new DemoError(`Cannot load the demo as user "${username}" must have the permission "all"`)
}

async function createTenant(call: HubCall, report: LoadReport): Promise<string> {
  const request = { method: 'POST', path: '/iam/api/v1/tenants', body: { name: TENANT_NAME } } as const
  const { id } = await demand<{ id: string }>(call, 'create the tenant of the demo', request)
  report.onProgress(`Tenant "${TENANT_NAME}" is created`)
  return id
}

/** As an engineer of the tenant: whoever loads the demo is of another one. */
async function createFlows(
  call: HubCall,
  report: LoadReport,
  missing: readonly DemoFlowInput[],
  users: readonly DemoUser[],
): Promise<Pick<PresentFlow, 'id' | 'name'>[]> {
  const engineer = users.find(({ part }) => part === 'engineer')
  if (engineer === undefined || missing.length === 0) return []
  return asUser(call, engineer, async (token) => {
    const made = []
    for (const { event: _, ...body } of missing) {
      const request = { method: 'POST', path: '/flow-repository/flows', body, token } as const
      const { data } = await demand<{ data: { id: string } }>(call, `create flow "${body.name}"`, request)
      report.onProgress(`Flow "${body.name}" is created by ${engineer.username}`)
      const flow = { id: data.id, name: body.name }
      await startFlow(call, report, flow, token)
      made.push(flow)
    }
    return made
  })
}

async function startFlow(
  call: HubCall,
  report: LoadReport,
  flow: Pick<PresentFlow, 'id' | 'name'>,
  token?: string,
): Promise<void> {
  await control(call, flow, 'start', token)
  const { status, failure } = await settled(call, flow, token)
  if (status !== 'active') {
    throw new DemoError(`Cannot start flow "${flow.name}" as it came to nothing: ${failure ?? `it is ${status}`}`)
  }
  report.onProgress(`Flow "${flow.name}" is active`)
}
