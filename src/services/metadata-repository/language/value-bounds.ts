import { pointerTo } from './json-pointer.ts'
import { type Fault, shown } from './json-schema.ts'

/** A little less than what the body of a request may nest, so that whatever is stored can be sent again. */
export const deepestValue = 90
/** In UTF-16 units, of a pointer to anything within a schema: one is told and stored for each reference. */
export const longestPath = 2_000
const mostFaults = 20

interface Open {
  readonly value: object
  readonly path: string
  readonly depth: number
}

/**
 * What keeps a value from being handled or stored, whether it is read as a schema or as data: it nests deeper than 90 levels, a pointer
 * into it has more than 2,000 characters, or a key or a text is one that PostgreSQL cannot store or that reaches a prototype. At most 20
 * faults. Walks without recursion.
 */
export function valueFaults(root: unknown): Fault[] {
  const faults: Fault[] = []
  const open: Open[] = typeof root === 'object' && root !== null ? [{ value: root, path: '', depth: 1 }] : []
  for (let at = open.pop(); at && faults.length < mostFaults; at = open.pop()) {
    const { value, path, depth } = at
    if (depth > deepestValue) return [...faults, boundFault(`it must not nest deeper than ${deepestValue} levels`)]
    if (path.length > longestPath)
      return [...faults, boundFault(`no path in it must be longer than ${longestPath} characters`)]
    for (const [key, item] of Object.entries(value)) {
      faults.push(...textFaults(key, path, 'key'))
      if (typeof item === 'number' && !Number.isFinite(item))
        faults.push({
          path: pointerTo(path, key),
          message: 'Cannot take the schema as its numbers must be less than 1e309',
        })
      else if (typeof item === 'string') faults.push(...textFaults(item, path, 'text'))
      else if (typeof item === 'object' && item !== null)
        open.push({ value: item, path: pointerTo(path, key), depth: depth + 1 })
    }
  }
  return faults.slice(0, mostFaults)
}

function boundFault(reason: string): Fault {
  return { path: '', message: `Cannot take the schema as ${reason}` }
}

function textFaults(text: string, path: string, what: 'text' | 'key'): Fault[] {
  const held = heldBadly(text, what)
  return held === undefined
    ? []
    : [{ path, message: `Cannot take the schema as ${what} "${shown(text)}" must not ${held}` }]
}

function heldBadly(text: string, what: 'text' | 'key'): string | undefined {
  if (what === 'key' && text === '__proto__') return 'be one that reaches a prototype'
  if (text.includes('\u0000')) return 'contain a NUL character'
  return text.isWellFormed() ? undefined : 'contain a lone surrogate'
}

/** Whether there is a number that JSON cannot say again: `1e400` is read as infinite. Walks without recursion. */
export function hasInfinite(root: unknown): boolean {
  const open = [root]
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value === 'number' && !Number.isFinite(value)) return true
    if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) open.push(item)
  }
  return false
}
