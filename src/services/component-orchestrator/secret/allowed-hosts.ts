import { isIP } from 'node:net'

/** An allowed host as callers write it: a name or an address, perhaps of all names below it, perhaps with a port. */
const ENTRY = /^(?<below>\*\.)?(?<host>\[[\da-f:.]+\]|[^\s:/?#@[\]*]+)(?::(?<port>\d{1,5}))?$/i

const usualPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }

/**
 * Whether a secret with these allowed hosts may be sent to a URL. `example.com` is that host at the usual port, `example.com:8443` that port
 * alone, `*.example.com` every name below it and not itself. Over plain http, which everybody on the way reads, it goes only where the entry
 * names a port, an address, or `localhost`. What is no such thing allows nothing, and so does an empty list.
 */
export function hostRule(allowedHosts: readonly string[]): (url: URL) => boolean {
  const rules = allowedHosts.flatMap(ruleOf)
  return (url) => rules.some((allows) => allows(url))
}

function ruleOf(entry: string): ((url: URL) => boolean)[] {
  const { below, host, port } = ENTRY.exec(entry.trim())?.groups ?? {}
  // As URLs write it: lower case, names in Punycode.
  const hostname = host && URL.parse(`http://${host}/`)?.hostname
  if (!hostname) return []
  const isHost = (url: URL) => (below ? url.hostname.endsWith(`.${hostname}`) : url.hostname === hostname)
  const isPort = (url: URL) => (port ? portOf(url) === String(Number(port)) : url.port === '')
  const mayBePlain = port !== undefined || hostname === 'localhost' || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0
  return [(url) => isHost(url) && isPort(url) && (url.protocol === 'https:' || mayBePlain)]
}

function portOf({ port, protocol }: URL): string {
  return port || (usualPorts[protocol] ?? '')
}
