import type { SchemaChecks } from '../checking/checks.ts'
import type { Difference, Direction } from '../comparison/compatibility.ts'
import type { JsonSchema } from '../language/json-schema.ts'
import type { PreparedSchema } from '../language/prepared-schema.ts'
import { indexOfStored } from '../language/public-schema.ts'
import { checkTargets } from '../language/targets.ts'
import { type CompatibilityMode, directionsOf, versionsOf } from './compatibility.ts'
import type { SchemaVersion } from './schema.ts'
import { MOST_USED_PLACES, type Outlook, type SchemaChange } from './schema-change.ts'
import { bundleOf, type KnownSchema, overlaid, type SchemaSpace, targetOf } from './schema-space.ts'

/** Something that a change would break. */
export interface Finding extends Difference {
  /** Whose promise it is; undefined = of a schema of another tenant, of which nothing else is told. */
  readonly schema?: { readonly id?: string; readonly domainId: string; readonly uri: string }
  /** The version compared with. */
  readonly version?: number
  readonly direction?: Direction
}

/** What changes are checked by. */
export interface Examining {
  readonly checks: SchemaChecks
  /** Whose turn is taken. */
  readonly key: string
  /** A former version of a schema that is changed. */
  readonly readVersion: (schemaId: string, version: number) => Promise<SchemaVersion | undefined>
  /** Ends it between two checks. */
  readonly signal: AbortSignal
}

const MOST_FINDINGS = 20

/** The schemas as they are to be stored, with all that leads nowhere; those whose value stays as it is as they came. */
export function withBroken({ changes, space }: Outlook): ReadonlyMap<string, PreparedSchema> {
  const reach = changes[0]?.after.reach
  const find = (location: string) => reach && targetOf(space, reach, location)?.value
  const checked = checkTargets(
    changes.map(({ prepared }) => prepared),
    find,
  )
  return new Map(checked.map((prepared) => [prepared.location, prepared]))
}

/** A schema that is none by its dialect, or that cannot be run. */
export interface SchemaFault {
  readonly uri: string
  readonly path: string
  readonly message: string
}

/** What is wrong with the new values, by their dialects; up to 20 faults. */
export async function findFaults(outlook: Outlook, { checks, key, signal }: Examining): Promise<SchemaFault[]> {
  const space = spaceAfter(outlook)
  const changed = outlook.changes.flatMap(({ after, isOtherValue }) => (isOtherValue ? [after] : []))
  const found: SchemaFault[] = []
  for (const after of changed) {
    signal.throwIfAborted()
    const alone = { root: after.location, schemas: { [after.location]: after } }
    const faults = await checks.inspect(changed.length === 1 ? bundleOf(after, space) : alone, key)
    found.push(...faults.map(({ path, message }) => ({ uri: after.uri, path, message })))
    if (found.length >= MOST_FINDINGS) break
  }
  if (found.length === 0 && changed.length > 1) found.push(...(await commonFaults(changed, space, { checks, key })))
  return found.slice(0, MOST_FINDINGS)
}

/** What only shows in several schemas together, looked for once and not for each. */
async function commonFaults(
  changed: readonly KnownSchema[],
  space: SchemaSpace,
  { checks, key }: Pick<Examining, 'checks' | 'key'>,
): Promise<SchemaFault[]> {
  const [first] = changed
  if (first === undefined) return []
  const root = '/all'
  const value = { anyOf: changed.map(({ location }) => ({ $ref: location })) }
  const bundles = changed.map((each) => bundleOf(each, space).schemas)
  const schemas = Object.assign({ [root]: { dialect: '2020-12' as const, value } }, ...bundles)
  const faults = await checks.inspect({ root, schemas }, key)
  return faults.map(({ message }) => ({ uri: first.uri, path: '', message: `together with others it ${message}` }))
}

/**
 * What the changes would break, up to 20 findings: parts that others refer to and that are gone; documents that the changed schemas, or
 * those that refer to them, promised by their modes to take or to refuse. What could not be decided is a finding.
 */
export async function findBreaks(outlook: Outlook, examining: Examining): Promise<Finding[]> {
  const findings = lostPlaces(outlook)
  if (outlook.used.length > MOST_USED_PLACES) findings.unshift(tooManyPlaces)
  const add = (more: readonly Finding[]) => void findings.push(...more.slice(0, MOST_FINDINGS - findings.length))
  const { changes, referrers, space } = outlook
  for (const change of changes) {
    if (findings.length < MOST_FINDINGS) add(await ownBreaks(outlook, change, examining))
  }
  if (referrers === undefined) add([undecided])
  const after = spaceAfter(outlook)
  for (const each of referrers ?? []) {
    if (findings.length >= MOST_FINDINGS) break
    const pair = { before: each, beforeSpace: space, after: each, afterSpace: after, mode: each.mode }
    add((await compare(pair, examining)).map((finding) => toldTo(outlook, each, finding)))
  }
  return findings
}

const tooManyPlaces: Finding = {
  path: '',
  rule: 'too-many-references',
  message: `More than ${MOST_USED_PLACES} parts of it are referred to, so that it could not be decided whether all of them stay`,
}

const undecided: Finding = {
  path: '',
  rule: 'too-many-referrers',
  message:
    'More than 100 schemas with a compatibility mode refer to it, so that it could not be decided whether they keep theirs',
}

function spaceAfter({ space, changes }: Outlook): SchemaSpace {
  return overlaid(
    space,
    changes.map(({ after }) => after),
  )
}

function lostPlaces({ changes, used, domain }: Outlook): Finding[] {
  const changed = new Map(changes.map((change) => [change.after.location, change]))
  const lost = [...Map.groupBy(used, ({ location }) => location)].flatMap(([location, places]) => {
    const change = changed.get(location)
    if (change?.before === undefined) return []
    // Each reads the whole schema: once is enough.
    const [leadBefore, leadAfter] = [placesIn(change.before.known.value), placesIn(change.after.value)]
    return places.filter(({ fragment }) => leadBefore(fragment) && !leadAfter(fragment))
  })
  return lost.slice(0, MOST_FINDINGS).map(({ location, fragment, by }) => {
    const what = `"#${fragment.slice(0, 200)}" of "${changed.get(location)?.after.uri}"`
    const fact = { path: '', rule: 'referenced-part-removed' }
    if (by.tenantId !== domain.tenantId) return { ...fact, message: `A schema of another tenant refers to ${what}` }
    const schema = { domainId: by.domainId, uri: by.uri }
    return { ...fact, schema, message: `Schema "${by.uri}" refers to ${what}, where there is nothing any more` }
  })
}

/** Whether there is something in a schema that a fragment leads to. */
function placesIn(value: JsonSchema): (fragment: string) => boolean {
  const index = indexOfStored(value)?.index
  return (fragment) => index?.find(index.whole, fragment) !== undefined
}

/** A schema beside its own former versions. */
async function ownBreaks(outlook: Outlook, change: SchemaChange, examining: Examining): Promise<Finding[]> {
  const { before, after, isOtherValue } = change
  if (before === undefined || !isOtherValue) return []
  const { space } = outlook
  const findings: Finding[] = []
  const newest = before.schema.version
  for (let version = newest; version > Math.max(0, newest - versionsOf(after.mode)); version--) {
    const former = version === newest ? before.known : await formerOf(before.known, version, examining)
    if (former === undefined) continue
    const pair = { before: former, beforeSpace: space, after, afterSpace: spaceAfter(outlook), mode: after.mode }
    findings.push(...(await compare(pair, examining)).map((finding) => ({ ...finding, schema: nameOf(after) })))
    if (findings.length >= MOST_FINDINGS) break
  }
  return findings
}

async function formerOf(known: KnownSchema, version: number, { readVersion }: Examining) {
  const former = known.id === undefined ? undefined : await readVersion(known.id, version)
  return former && { ...known, version, dialect: former.dialect, refs: former.refs, value: JSON.parse(former.value) }
}

interface Pair {
  readonly before: KnownSchema
  readonly beforeSpace: SchemaSpace
  readonly after: KnownSchema
  readonly afterSpace: SchemaSpace
  readonly mode: CompatibilityMode
}

async function compare(pair: Pair, { checks, key, signal }: Examining): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const direction of directionsOf(pair.mode)) {
    signal.throwIfAborted()
    const bundles = { before: bundleOf(pair.before, pair.beforeSpace), after: bundleOf(pair.after, pair.afterSpace) }
    const { compatible, differences } = await checks.compare({ ...bundles, direction }, key)
    if (compatible) continue
    findings.push(...differences.map((each) => ({ ...each, version: pair.before.version, direction })))
  }
  return findings
}

function toldTo({ domain }: Outlook, whose: KnownSchema, finding: Finding): Finding {
  if (whose.reach.tenantId === domain.tenantId) return { ...finding, schema: nameOf(whose) }
  const message = 'A schema of another tenant that refers to it would break its promise'
  return { path: '', rule: 'referrer-of-another-tenant', message }
}

function nameOf({ id, domainId, uri }: KnownSchema): NonNullable<Finding['schema']> {
  return { ...(id && { id }), domainId, uri }
}
