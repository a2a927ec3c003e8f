import { type Fault, HubError } from '#lib/errors'
import type { Tx } from '#lib/postgres'
import type { Bundle } from '../language/bundle.ts'
import { prepareSchema } from '../language/prepared-schema.ts'
import { checkTargets } from '../language/targets.ts'
import type { Schema } from './schema.ts'
import { bundleOf, type KnownSchema, SpaceLoader } from './schema-space.ts'

/** How many broken references are told. */
const MOST_TOLD = 20

/** The schema with all that it leads to. Throws `conflict` where a reference leads nowhere. */
export async function wholeBundle(tx: Tx, { id, location }: Pick<Schema, 'id' | 'location'>): Promise<Bundle> {
  const loader = new SpaceLoader(tx)
  const [root] = await loader.load([location])
  if (root === undefined) throw new Error(`Cannot read schema "${id}" as it must have its newest version`)
  const bundle = bundleOf(root, loader.space)
  const members = Object.keys(bundle.schemas).flatMap((location) => loader.space.get(location) ?? [])
  const isWhole = members.every(
    ({ hasBroken, refs }) => !hasBroken && refs.every((ref) => Object.hasOwn(bundle.schemas, ref)),
  )
  const faults = isWhole ? [] : brokenIn(members)
  if (faults.length === 0) return bundle
  throw new HubError(
    'conflict',
    `Cannot validate by the schema as its references must lead somewhere: ${faults[0]?.message}`,
    {
      faults: faults.slice(0, MOST_TOLD),
    },
  )
}

/** What was broken may be whole by now, and the other way round. */
function brokenIn(members: readonly KnownSchema[]): Fault[] {
  const prepared = members.map(({ domainId, uri, value }) => prepareSchema(value, { domainId, uri, origin: '' }))
  return checkTargets(prepared, () => undefined).flatMap(({ uri, broken }) =>
    broken.map(({ path, ref, reason }) => ({
      message: `Reference "${ref}" at "${path}" of schema "${uri}" ${reason}`,
    })),
  )
}
