import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { PageMeta, pagingOf, pagingQuery } from '#lib/paging'
import { scopeOf } from '#lib/scope'
import { AuthClientParams } from '../auth-client/auth-client-document.ts'
import { findAuthClientById } from '../auth-client/auth-client-store.ts'
import { found, type SecretParts } from '../deps.ts'
import { demandPerson, ownershipsOf } from '../owners.ts'
import { SecretDocument, secretDocument } from '../secret/secret-document.ts'
import { listSecrets } from '../secret/secret-store.ts'

/** `GET /auth-clients/:id/secrets` */
export const getAuthClientSecrets = ({ db }: Pick<SecretParts, 'db'>) =>
  route({
    method: 'GET',
    path: '/api/v1/auth-clients/:id/secrets',
    summary: 'List own secrets that were obtained through an auth client',
    permission: 'signed-in',
    params: AuthClientParams,
    query: Type.Object(pagingQuery, { additionalProperties: false }),
    response: { 200: Type.Object({ data: Type.Array(SecretDocument), meta: PageMeta }) },
    errors: ['not-found'],
    async handle({ params, query, principal }) {
      demandPerson(principal)
      const paging = pagingOf(query)
      const filter = { owners: ownershipsOf(principal), authClientId: params.id }
      const { secrets, total } = await db.transaction(scopeOf(principal), async (tx) => {
        found(await findAuthClientById(tx, params.id), 'auth client')
        return listSecrets(tx, filter, paging)
      })
      const data = secrets.map((secret) => secretDocument(secret))
      return { status: 200, body: { data, meta: paging.meta(total) } }
    },
  })
