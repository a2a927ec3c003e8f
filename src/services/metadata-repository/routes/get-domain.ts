import { route } from '#lib/http/route'
import { scopeOf } from '#lib/scope'
import { found, type MetadataRepositoryDeps } from '../deps.ts'
import { DomainAnswer, DomainParams, domainDocument } from '../domain/domain-document.ts'
import { findDomainById } from '../domain/domain-store.ts'

/** `GET /domains/:id` */
export const getDomain = ({ db }: Pick<MetadataRepositoryDeps, 'db'>) =>
  route({
    method: 'GET',
    path: '/api/v1/domains/:id',
    summary: 'Read a domain of the tenant, or one that is public',
    permission: 'signed-in',
    params: DomainParams,
    response: { 200: DomainAnswer },
    errors: ['not-found'],
    async handle({ params, principal }) {
      const domain = await db.transaction(scopeOf(principal), (tx) => findDomainById(tx, params.id))
      return { status: 200, body: { data: domainDocument(found(domain, 'domain', 'id')) } }
    },
  })
