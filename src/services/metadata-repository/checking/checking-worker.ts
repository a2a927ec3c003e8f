/** The main module of a process that runs schemas of tenants: their patterns and references may take for ever, or all memory. */
import { serve } from '#lib/process-pool/worker'
import type { Direction } from '../comparison/compatibility.ts'
import { compareSchemas } from '../comparison/compatibility.ts'
import type { Bundle } from '../language/bundle.ts'
import { inspectSchema } from '../validation/inspection.ts'
import { rootOfBundle, type SchemaNode } from '../validation/schema-set.ts'
import { createValidator, type Validator } from '../validation/validator.ts'

/** What it is asked. Of a bundle that is validated by often only the id comes; it answers null where it does not have it. */
export type CheckRequest =
  | { readonly kind: 'inspect'; readonly bundle: Bundle }
  | { readonly kind: 'validate'; readonly id: string; readonly bundle: Bundle | null; readonly document: unknown }
  | { readonly kind: 'compare'; readonly direction: Direction; readonly before: Bundle; readonly after: Bundle }

interface Ready {
  readonly root: SchemaNode
  readonly validator: Validator
}

/** Validators that are kept; the least recently used one goes first. */
const MOST_KEPT = 50
/** Characters. */
const LARGE = 50_000
const kept = new Map<string, Ready>()

function readyOf(id: string, bundle: Bundle | null): Ready | undefined {
  const ready = kept.get(id) ?? (bundle === null ? undefined : prepare(bundle))
  if (ready === undefined) return undefined
  kept.delete(id)
  kept.set(id, ready)
  const [oldest] = kept.keys()
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
  return ready
}

function prepare(bundle: Bundle): Ready {
  const root = rootOfBundle(bundle)
  // Ajv takes ten seconds and more to make the best of a large schema, and one to make something of it.
  const isForFew = JSON.stringify(bundle).length > LARGE
  return { root, validator: createValidator(root.set, { isForFew }) }
}

function answer(request: CheckRequest): unknown {
  if (request.kind === 'inspect') return inspectSchema(request.bundle)
  if (request.kind === 'compare') return compareSchemas(request)
  const ready = readyOf(request.id, request.bundle)
  return ready === undefined ? null : ready.validator.errors(ready.root, request.document)
}

serve((text) => [JSON.stringify(answer(JSON.parse(text)))])
