import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { PageMeta, pagingOf, pagingQuery } from '#lib/paging'
import { scopeOf } from '#lib/scope'
import type { SecretParts } from '../deps.ts'
import { demandPerson, ownershipsOf } from '../owners.ts'
import { SecretDocument, secretDocument } from '../secret/secret-document.ts'
import { listSecrets } from '../secret/secret-store.ts'
import { secretTypes } from '../secret/secret-type.ts'

/** `GET /secrets` */
export const getSecrets = ({ db }: Pick<SecretParts, 'db'>) =>
  route({
    method: 'GET',
    path: '/api/v1/secrets',
    summary: 'List own secrets and those of the own tenant, without their values',
    permission: 'signed-in',
    query: Type.Object(
      {
        ...pagingQuery,
        'filter[type]': Type.Optional(Type.Enum([...secretTypes])),
        search: Type.Optional(Type.String({ maxLength: 100, description: 'Part of the name' })),
      },
      { additionalProperties: false },
    ),
    response: { 200: Type.Object({ data: Type.Array(SecretDocument), meta: PageMeta }) },
    async handle({ query, principal }) {
      demandPerson(principal)
      const paging = pagingOf(query)
      const filter = { owners: ownershipsOf(principal), type: query['filter[type]'], search: query.search }
      const { secrets, total } = await db.transaction(scopeOf(principal), (tx) => listSecrets(tx, filter, paging))
      return {
        status: 200,
        body: { data: secrets.map((secret) => secretDocument(secret)), meta: paging.meta(total) },
      }
    },
  })
