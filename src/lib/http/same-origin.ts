import type { IncomingHttpHeaders } from 'node:http'
import { HubError } from '../errors.ts'

/** Of a request, what tells where it comes from. */
export interface Provenance {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  /** Scheme, host and port under which the client reaches this server; undefined where that cannot be told. */
  readonly origin: string | undefined
}

const reading = new Set(['GET', 'HEAD'])

/**
 * Throws `forbidden` unless a request that a browser sends with its cookie comes from a page of this very origin. `SameSite` alone lets
 * in pages of other ports and of neighbour hosts. Browsers say it in `Sec-Fetch-Site`; where they do not, over plain http to another
 * machine, the `Origin` must be ours, and only reading goes without.
 */
export function demandSameOrigin({ method, headers, origin: own }: Provenance): void {
  const { 'sec-fetch-site': site, origin } = headers
  const reads = reading.has(method)
  if (site !== undefined) {
    if (site === 'same-origin' || (site === 'none' && reads)) return
  } else if (origin === undefined ? reads : own !== undefined && origin === own) return
  throw new HubError('forbidden', 'Cannot take the session as the request must come from a page of this origin')
}

/** The origin as browsers write it: in lower case, without the scheme's own port. */
export function originOf(protocol: string, host: string): string | undefined {
  const url = URL.parse(`${protocol}://${host}`)
  return url === null || url.host === '' || url.origin === 'null' ? undefined : url.origin
}
