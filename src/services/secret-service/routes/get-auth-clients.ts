import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { PageMeta, pagingOf, pagingQuery } from '#lib/paging'
import { scopeOf } from '#lib/scope'
import { AuthClientDocument, authClientDocument } from '../auth-client/auth-client-document.ts'
import { listAuthClients } from '../auth-client/auth-client-store.ts'
import type { SecretParts } from '../deps.ts'
import { demandPerson, ownershipsOf } from '../owners.ts'

/** `GET /auth-clients` */
export const getAuthClients = ({ db }: Pick<SecretParts, 'db'>) =>
  route({
    method: 'GET',
    path: '/api/v1/auth-clients',
    summary: 'List own auth clients and those shared with the tenant, by name and type',
    permission: 'signed-in',
    query: Type.Object(pagingQuery, { additionalProperties: false }),
    response: { 200: Type.Object({ data: Type.Array(AuthClientDocument), meta: PageMeta }) },
    async handle({ query, principal }) {
      demandPerson(principal)
      const paging = pagingOf(query)
      const { clients, total } = await db.transaction(scopeOf(principal), (tx) =>
        listAuthClients(tx, ownershipsOf(principal), paging),
      )
      const data = clients.map((client) => authClientDocument(client))
      return { status: 200, body: { data, meta: paging.meta(total) } }
    },
  })
