import { route } from '#lib/http/route'
import type { IamParts } from '../../deps.ts'
import { AccountDocument } from '../../documents.ts'
import { accountOfToken } from '../../token/token-account.ts'

/** `GET /users/me`: also how other processes learn whom a token stands for. */
export const getMe = (parts: Pick<IamParts, 'db' | 'clock'>) =>
  route({
    method: 'GET',
    path: '/api/v1/users/me',
    summary: 'See the account of this token and what the token allows',
    permission: 'signed-in',
    response: { 200: AccountDocument },
    handle: async ({ principal }) => ({ status: 200, body: await accountOfToken(parts, principal.tokenId) }),
  })
