import type { IncomingHttpHeaders } from 'node:http'

/** The cookie in which a browser keeps its token. Scripts cannot read it, and other sites cannot make a browser send it. */
export const sessionCookie = 'oih_session'

/**
 * The `Set-Cookie` that gives a browser its token, of letters, digits, `-` and `_`, for `seconds`; `secure` = only over https, which is
 * to be said where the browser has come by https.
 */
export function setSession(token: string, { seconds, secure }: { seconds: number; secure: boolean }): string {
  return `${sessionCookie}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure ? '; Secure' : ''}`
}

/** The `Set-Cookie` that takes it away. */
export function clearSession({ secure }: { secure: boolean }): string {
  return setSession('', { seconds: 0, secure })
}

/**
 * What the request brings as its session, as it stands there; none that is sound has more than one. Cookies of a name may come several
 * times, as other hosts of the domain can add theirs, and nothing tells whose is whose.
 */
export function sessionsOf({ cookie = '' }: IncomingHttpHeaders): string[] {
  const start = `${sessionCookie}=`
  const pairs = cookie.split(';').map((pair) => pair.trim())
  return pairs.filter((pair) => pair.startsWith(start)).map((pair) => pair.slice(start.length))
}
