import { Type } from 'typebox'
import { route } from '#lib/http/route'
import type { Login } from '../login.ts'

/** Other fields, such as the `remember-me` of existing clients, mean nothing here: there is no session beside the token. */
const Credentials = Type.Object({
  username: Type.String({ minLength: 1, maxLength: 1024 }),
  password: Type.String({ minLength: 1, maxLength: 1024 }),
})

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
    errors: ['login-failed'],
    async handle({ body: { username, password }, ip }) {
      return { status: 200, body: await login({ username, password, address: ip }) }
    },
  })
