import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { PageMeta, pagingOf, pagingQuery } from '#lib/paging'
import { scopeOf } from '#lib/scope'
import type { MetadataRepositoryDeps } from '../deps.ts'
import { DomainDocument, domainDocument } from '../domain/domain-document.ts'
import { type DomainPage, listDomains } from '../domain/domain-store.ts'

const orders = ['createdAt', '-createdAt', 'updatedAt', '-updatedAt', 'name', '-name'] as const

/** `GET /domains` */
export const getDomains = ({ db }: Pick<MetadataRepositoryDeps, 'db'>) =>
  route({
    method: 'GET',
    path: '/api/v1/domains',
    summary: 'List the domains of the tenant and those that are public',
    permission: 'signed-in',
    query: Type.Object(
      {
        ...pagingQuery,
        'filter[public]': Type.Optional(Type.Boolean({ description: 'Whether every tenant reads them' })),
        search: Type.Optional(Type.String({ maxLength: 100, description: 'Part of the name or the description' })),
        sort: Type.Optional(Type.Enum([...orders], { description: 'Default: createdAt; with - from the last' })),
      },
      { additionalProperties: false },
    ),
    response: { 200: Type.Object({ data: Type.Array(DomainDocument), meta: PageMeta }) },
    async handle({ query, principal }) {
      const { 'filter[public]': isPublic, search, sort = 'createdAt' } = query
      const filter = { ...(isPublic !== undefined && { public: isPublic }), ...(search && { search }) }
      const { limit, offset, meta } = pagingOf(query)
      const orderBy = sort.replace('-', '') as DomainPage['orderBy']
      const { domains, total } = await db.transaction(scopeOf(principal), (tx) =>
        listDomains(tx, filter, { orderBy, descending: sort.startsWith('-'), limit, offset }),
      )
      return { status: 200, body: { data: domains.map(domainDocument), meta: meta(total) } }
    },
  })
