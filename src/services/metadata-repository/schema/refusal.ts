import { type Fault, HubError } from '#lib/errors'
import type { PreparedSchema } from '../language/prepared-schema.ts'
import type { Finding, SchemaFault } from './examination.ts'

/** How many faults are told. */
const MOST_TOLD = 20

/** Where in a request schemas stand: in the field `value`, or as files in the field `archive`. */
export type Where = 'value' | 'archive'

/** Throws `invalid-body` unless there are no faults; each is told with its place. */
export function demandNoFaults(faults: readonly SchemaFault[], where: Where = 'value'): void {
  const [first] = faults
  if (first === undefined) return
  const what = first.uri === '' ? 'the schema' : `schema "${first.uri}"`
  const told = faults.slice(0, MOST_TOLD).map(({ uri, path, message }): Fault => {
    const field = where === 'value' ? `value${path}` : `archive/${uri}#${path}`
    return { field: field.slice(0, 2_000), message }
  })
  throw new HubError('invalid-body', `Cannot take ${what} as it must be a sound JSON Schema: ${first.message}`, {
    faults: told,
  })
}

/** Throws `invalid-body` unless every reference of the schema leads to something. */
export function demandNoBroken({ uri, broken }: Pick<PreparedSchema, 'uri' | 'broken'>): void {
  demandNoFaults(broken.map(({ path, ref, reason }) => ({ uri, path, message: `Reference "${ref}" ${reason}` })))
}

/** Throws `incompatible-schema` with a report unless nothing would break. `usedBy` says which flows would be hurt; it is asked for then alone. */
export async function demandKept(
  findings: readonly Finding[],
  usedBy: () => Promise<object>,
  where: Where = 'value',
): Promise<void> {
  const [first] = findings
  if (first === undefined) return
  const faults = findings.map(({ message }) => ({ field: where, message }))
  const report = { compatible: false, differences: findings, usedBy: await usedBy() }
  throw new HubError('incompatible-schema', `Cannot change the schema as it must keep its promises: ${first.message}`, {
    faults,
    report,
  })
}
