import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { PageMeta, pagingOf, pagingQuery } from '#lib/paging'
import { scopeOf } from '#lib/scope'
import { found, type MetadataRepositoryDeps } from '../deps.ts'
import { DomainParams } from '../domain/domain-document.ts'
import { findDomainById } from '../domain/domain-store.ts'
import { SchemaHead, schemaHead } from '../schema/schema-document.ts'
import { listSchemas, type SchemaPage } from '../schema/schema-store.ts'

const orders = ['createdAt', 'updatedAt', 'name', 'uri'].flatMap((name) => [name, `-${name}`])

/** `GET /domains/:id/schemas` */
export const getSchemas = ({ db, publicUrl }: Pick<MetadataRepositoryDeps, 'db' | 'publicUrl'>) =>
  route({
    method: 'GET',
    path: '/api/v1/domains/:id/schemas',
    summary: 'List the schemas of a domain, without their values',
    permission: 'signed-in',
    params: DomainParams,
    query: Type.Object(
      {
        ...pagingQuery,
        search: Type.Optional(
          Type.String({ maxLength: 100, description: 'Part of the name, the description or the uri' }),
        ),
        sort: Type.Optional(Type.Enum(orders, { description: 'Default: createdAt; with - from the last' })),
      },
      { additionalProperties: false },
    ),
    response: { 200: Type.Object({ data: Type.Array(SchemaHead), meta: PageMeta }) },
    errors: ['not-found'],
    async handle({ params, query, principal }) {
      const { search, sort = 'createdAt' } = query
      const { limit, offset, meta } = pagingOf(query)
      const orderBy = sort.replace('-', '') as SchemaPage['orderBy']
      const body = await db.transaction(scopeOf(principal), async (tx) => {
        const domain = found(await findDomainById(tx, params.id), 'domain', 'id')
        const filter = { domainId: domain.id, ...(search && { search }) }
        const page = { orderBy, descending: sort.startsWith('-'), limit, offset }
        const { schemas, total } = await listSchemas(tx, filter, page)
        return { data: schemas.map((schema) => schemaHead(schema, domain, publicUrl())), meta: meta(total) }
      })
      return { status: 200, body }
    },
  })
