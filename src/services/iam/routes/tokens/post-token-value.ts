import { Type } from 'typebox'
import { route } from '#lib/http/route'
import type { IamParts } from '../../deps.ts'
import { IdParams } from '../../documents.ts'
import { Duration, secondsOf } from '../../token/lifespan.ts'
import { IssuedDocument, issued } from '../../token/token-document.ts'
import { rotateToken } from '../../token/token-renewal.ts'

const Body = Type.Object({ overlap: Type.Optional(Duration) }, { additionalProperties: false })

/** `POST /tokens/:id/values`: rotation. */
export const postTokenValue = (parts: Pick<IamParts, 'db' | 'bus' | 'clock' | 'catalogue'>) =>
  route({
    method: 'POST',
    path: '/api/v1/tokens/:id/values',
    summary: 'Rotate a token: it gets a new value, and the older ones end after `overlap` (default an hour)',
    description: 'A token may rotate itself. Its value is told this once.',
    permission: 'signed-in',
    params: IdParams,
    body: Body,
    response: { 200: IssuedDocument },
    errors: ['forbidden', 'not-found', 'conflict'],
    async handle({ params: { id }, body, principal }) {
      const overlap = secondsOf(body.overlap ?? '1h', 'overlap') ?? 0
      return { status: 200, body: issued(await rotateToken(parts, principal, { id, overlap })) }
    },
  })
