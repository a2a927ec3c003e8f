import { route } from '#lib/http/route'
import type { MetadataRepositoryDeps } from '../deps.ts'
import { changingDomain } from '../domain/domain-change.ts'
import { removeDomain } from '../domain/domain-deletion.ts'
import { DomainParams } from '../domain/domain-document.ts'
import { demandUnused } from '../schema/usage.ts'

/** `DELETE /domains/:id` */
export const deleteDomain = (parts: MetadataRepositoryDeps) =>
  route({
    method: 'DELETE',
    path: '/api/v1/domains/:id',
    summary: 'Delete a domain with all its schemas, unless schemas of other domains refer to them',
    description: 'By its owner, or with `metadata.domains.crud` in its tenant.',
    permission: 'signed-in',
    params: DomainParams,
    response: { 204: null },
    errors: ['not-found', 'conflict'],
    async handle({ params, principal }) {
      await changingDomain(parts, { principal, id: params.id }, async (tx, domain) => {
        await demandUnused(tx, domain, 'of other domains')
        await removeDomain(parts, tx, domain, principal)
      })
      return { status: 204 }
    },
  })
