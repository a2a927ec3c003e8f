import type { KoaContextWithOIDC } from 'oidc-provider'
import { clearSession, sessionsOf } from '#lib/http/session-cookie'
import type { TokenLookup } from '#lib/principal'
import { asSystem } from '../as-system.ts'
import type { IamParts } from '../deps.ts'
import { withdrawToken, withdrawTokens } from '../token/withdraw-token.ts'
import { findSignedIn } from './account-store.ts'
import { loginOf } from './adapter.ts'

/** What a sign-out needs beside the library. */
export interface SignOutParts extends Pick<IamParts, 'db' | 'bus' | 'clock' | 'publicUrl'> {
  readonly lookupToken: TokenLookup
}

/**
 * Has a browser that has just ended its session of the provider signed out of the hub too: the login on which the session rested is
 * withdrawn, and so is the one of its cookie, which goes.
 */
export async function signOutOfHub(parts: SignOutParts, ctx: KoaContextWithOIDC): Promise<void> {
  const login = loginOf(ctx.oidc.session?.amr)
  // Nobody was signed in, and so nobody was asked.
  if (login === undefined) return
  await withdrawLogin(parts, login)
  const [session, ...others] = sessionsOf(ctx.req.headers)
  const principal = session !== undefined && others.length === 0 ? await parts.lookupToken(session) : undefined
  if (principal) await withdrawToken(parts, principal)
  ctx.append('set-cookie', clearSession({ secure: parts.publicUrl().startsWith('https:') }))
}

async function withdrawLogin({ db, bus, clock }: SignOutParts, id: string): Promise<void> {
  await asSystem(db, async (tx) => {
    const user = (await findSignedIn(tx, id, clock()))?.user
    if (user === undefined) return
    const by = { id: user.id, ...(user.tenantId === undefined ? {} : { tenant: user.tenantId }) }
    await withdrawTokens({ bus }, tx, { id }, { by, reason: 'logout' })
  })
}
