import type { Fault } from '../errors.ts'

/** Deeper input is refused: nothing of ours nests so far, and readers that recurse must not overflow. */
export const deepestNesting = 100
const mostFaults = 20

interface Node {
  readonly value: object
  readonly field: string
  readonly depth: number
}

/**
 * Finds what PostgreSQL cannot store as text or JSON: NUL characters and lone surrogates, in values and keys; with
 * `allowNul` these pass. Input that nests too deep is refused in any case. Walks without recursion.
 */
export function unstorableFaults(input: unknown, options: { readonly allowNul?: boolean } = {}): Fault[] {
  const faults: Fault[] = []
  const open: Node[] = []
  const visit = (value: unknown, field: string, depth: number) => {
    if (typeof value === 'object' && value !== null) open.push({ value, field, depth })
    else if (typeof value === 'string' && !options.allowNul) faults.push(...textFaults(value, field, 'Field'))
  }
  visit(input, '', 1)
  for (let node = open.pop(); node && faults.length < mostFaults; node = open.pop()) {
    const { value, field, depth } = node
    if (depth > deepestNesting)
      return [...faults, { message: `The input must not nest deeper than ${deepestNesting} levels` }]
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) visit(item, `${field}[${index}]`, depth + 1)
      continue
    }
    for (const [key, item] of Object.entries(value)) {
      const keyField = joinField(field, key)
      if (!options.allowNul) faults.push(...textFaults(key, keyField, 'The name of field'))
      visit(item, keyField, depth + 1)
    }
  }
  return faults.slice(0, mostFaults)
}

function textFaults(text: string, field: string, what: string): Fault[] {
  const held = text.includes('\u0000') ? 'a NUL character' : text.isWellFormed() ? undefined : 'a lone surrogate'
  if (held === undefined) return []
  return [{ ...(field === '' ? {} : { field }), message: `${what} "${field}" must not contain ${held}` }]
}

/** `graph.nodes[0]` and `id` give `graph.nodes[0].id`. What would break the path or a log line is replaced. */
export function joinField(parent: string, key: string): string {
  const shown = key
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, '\ufffd')
    .slice(0, 100)
  return parent === '' ? shown : `${parent}.${shown}`
}
