import { TerminalError } from '#lib/errors'
import { type Outbound, OutboundError, type OutboundResponse } from '#lib/outbound/outbound'
import { hostRule } from './allowed-hosts.ts'
import { authorizationOf } from './authorization.ts'
import { type Concealment, createConcealment } from './concealment.ts'
import type { Secret } from './secret-client.ts'

/**
 * The client by which a step acts with its secret and never sees it: the secret's headers go to its allowed hosts alone, whatever redirects
 * say, and what comes back is rid of its values. Throws a `TerminalError` for a secret that authorises no HTTP requests; a call of any
 * other host rejects with one, and is not made.
 */
export function authorisedOutbound(outbound: Pick<Outbound, 'request'>, secret: Secret): Pick<Outbound, 'request'> {
  const { headers, hidden } = authorizationOf(secret)
  const concealment = createConcealment(hidden)
  const allows = hostRule(secret.allowedHosts)
  return {
    async request(call) {
      const url = URL.parse(call.url)
      if (url && !allows(url)) throw foreign(url, secret)
      try {
        return concealed(await outbound.request({ ...call, credentials: { headers, allows } }), concealment)
      } catch (error) {
        // Without its cause, which may quote what came.
        throw error instanceof OutboundError ? new OutboundError(error.code, concealment.text(error.message)) : error
      }
    },
  }
}

function foreign({ host }: URL, { id }: Secret): TerminalError {
  return new TerminalError(`Cannot send the secret "${id}" to "${host}" as its allowed hosts must name that host`)
}

function concealed({ status, headers, body, url }: OutboundResponse, { text, bytes }: Concealment): OutboundResponse {
  const shown = Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === 'string' ? text(value) : value.map(text),
  ])
  return { status, headers: Object.fromEntries(shown), body: bytes(body), url: text(url) }
}
