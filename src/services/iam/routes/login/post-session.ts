import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { setSession } from '#lib/http/session-cookie'
import type { IamParts } from '../../deps.ts'
import { AccountDocument, Credentials } from '../../documents.ts'
import type { Login } from '../../login/login.ts'
import { accountOfToken } from '../../token/token-account.ts'

/** `POST /session`: the login of a browser, which keeps the token where no script reads it. */
export const postSession = (parts: Pick<IamParts, 'db' | 'clock'>, login: Login) =>
  route({
    method: 'POST',
    path: '/session',
    summary: 'Sign a browser in with a password',
    description:
      'The token comes as a cookie and in no other way. Every route takes the cookie instead of a bearer token, from pages of ' +
      'this origin alone. Refuses as the login does.',
    permission: 'public',
    body: Credentials,
    bodyLimit: 16_384,
    response: { 201: Type.Object({ data: AccountDocument }) },
    errors: ['login-failed', 'too-many-requests'],
    async handle({ body: { username, password }, ip, origin = '' }) {
      const { token, id, expiresAt } = await login({ username, password, address: ip })
      const data = await accountOfToken(parts, id)
      const seconds = Math.floor((expiresAt.getTime() - parts.clock().getTime()) / 1000)
      const cookie = setSession(token, { seconds, secure: origin.startsWith('https:') })
      return { status: 201, body: { data }, headers: { 'set-cookie': cookie } }
    },
  })
