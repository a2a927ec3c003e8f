import { domainPathOf, locationOf, placeOf } from '#lib/schema-location'
import type { Graph } from './graph.ts'

/** No schema has a longer location. */
const longestLocation = 2_000

/** In JSON, where a string ends with a quote or goes on with a backslash; neither stands in an address, nor does any of the other characters. */
const ADDRESS = /\/metadata-repository\/api\/v1\/domains\/[0-9a-fA-F-]{36}\/schemas\/[^\s"<>\\^`{|}?#]+/g

/**
 * The locations of the schemas that the graph names, and the paths of their domains: each once. Whatever text of it is an address of a schema or
 * holds one counts, be it a field or an expression, whether there is such a schema or not.
 */
export function schemaMentions(graph: Graph): string[] {
  const found = new Set<string>()
  for (const [text] of JSON.stringify(graph).matchAll(ADDRESS)) {
    // What an expression or a sentence goes on with may stand in an address as well: both count.
    for (const address of [text, text.replace(/[!'(),;*].*$/, '').replace(/[.:]+$/, '')]) {
      const place = placeOf(address)
      const location = place && locationOf(place)
      if (!place || !location || location.length > longestLocation) continue
      found.add(location).add(domainPathOf(place.domainId))
    }
  }
  return [...found]
}
