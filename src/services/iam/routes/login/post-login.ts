import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { Credentials } from '../../documents.ts'
import type { Login } from '../../login/login.ts'

/** `POST /login`. */
export const postLogin = (login: Login) =>
  route({
    method: 'POST',
    path: '/login',
    summary: 'Log in with a password',
    description: 'Unknown users, wrong passwords and users who must not log in get the same answer.',
    permission: 'public',
    body: Credentials,
    bodyLimit: 16_384,
    response: { 200: Type.Object({ token: Type.String(), id: Type.String({ description: 'The id of the token' }) }) },
    errors: ['login-failed', 'too-many-requests'],
    async handle({ body: { username, password }, ip }) {
      const { token, id } = await login({ username, password, address: ip })
      return { status: 200, body: { token, id } }
    },
  })
