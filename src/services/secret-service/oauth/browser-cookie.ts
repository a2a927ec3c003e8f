import { createHash, randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/**
 * Ties an authorization to the browser in which it was begun: what comes back in another browser, because somebody was lured to a link, counts
 * for nothing. It must come along when the provider leads the user back, hence `Lax`. Over https no neighbour host can set it (`__Host-`).
 */
export interface BrowserMark {
  readonly hash: Buffer
  /** The header that gives it to the browser. */
  readonly setCookie: string
}

/** The mark that the browser has already, else a new one, for `seconds`. */
export function markBrowser(
  headers: IncomingHttpHeaders,
  { origin, seconds }: { readonly origin: string | undefined; readonly seconds: number },
): BrowserMark {
  const secure = isSecure(origin)
  const value = valueIn(headers, secure) ?? randomBytes(32).toString('base64url')
  const attributes = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure ? '; Secure' : ''}`
  return { hash: hashOf(value), setCookie: `${nameOf(secure)}=${value}; ${attributes}` }
}

/** The hash of the browser's mark; undefined where it brings none, or more than one. */
export function readMark(headers: IncomingHttpHeaders, origin: string | undefined): Buffer | undefined {
  const value = valueIn(headers, isSecure(origin))
  return value === undefined ? undefined : hashOf(value)
}

function isSecure(origin: string | undefined): boolean {
  return origin?.startsWith('https:') === true
}

function nameOf(secure: boolean): string {
  return secure ? '__Host-oih_oauth' : 'oih_oauth'
}

function valueIn({ cookie = '' }: IncomingHttpHeaders, secure: boolean): string | undefined {
  const start = `${nameOf(secure)}=`
  const values = cookie.split(';').flatMap((pair) => {
    const text = pair.trim()
    return text.startsWith(start) ? [text.slice(start.length)] : []
  })
  const [value] = values
  return values.length === 1 && value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
