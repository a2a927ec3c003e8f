import { type Fault, HubError } from '#lib/errors'
import type { Fault as SchemaFault } from '../language/json-schema.ts'
import type { BrokenReference } from '../language/schema-reference.ts'
import type { Finding } from './examination.ts'

/** How many faults are told. */
const MOST_TOLD = 20

/** Throws `invalid-body` unless the schema has no faults; each is told with its place in the value. */
export function demandNoFaults(uri: string, faults: readonly SchemaFault[]): void {
  refuse(uri, faults.map(toFault))
}

/** Throws `invalid-body` unless every reference of the schema leads to something. */
export function demandNoBroken(uri: string, broken: readonly BrokenReference[]): void {
  refuse(
    uri,
    broken.map(({ path, ref, reason }) => toFault({ path, message: `Reference "${ref}" ${reason}` })),
  )
}

/** Throws `incompatible-schema` with a report unless nothing would break. */
export function demandKept(findings: readonly Finding[]): void {
  const [first] = findings
  if (first === undefined) return
  const faults = findings.map(({ path, message }) => toFault({ path, message }))
  const report = { compatible: false, differences: findings }
  throw new HubError('incompatible-schema', `Cannot change the schema as it must keep its promises: ${first.message}`, {
    faults,
    report,
  })
}

function refuse(uri: string, faults: readonly Fault[]): void {
  const [first] = faults
  if (first === undefined) return
  const what = uri === '' ? 'the schema' : `schema "${uri.slice(0, 200)}"`
  throw new HubError('invalid-body', `Cannot take ${what} as it must be a sound JSON Schema: ${first.message}`, {
    faults: faults.slice(0, MOST_TOLD),
  })
}

function toFault({ path, message }: SchemaFault): Fault {
  return { field: `value${path.slice(0, 1_000)}`, message }
}
