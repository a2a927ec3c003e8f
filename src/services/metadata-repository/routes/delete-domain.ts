import { route } from '#lib/http/route'
import { domainPathOf } from '#lib/schema-location'
import type { MetadataRepositoryDeps } from '../deps.ts'
import { changingDomain, readChangeable } from '../domain/domain-change.ts'
import { removeDomain } from '../domain/domain-deletion.ts'
import { DomainParams } from '../domain/domain-document.ts'
import { demandNoFlows } from '../schema/flow-refusal.ts'
import { demandUnused } from '../schema/usage.ts'

/** `DELETE /domains/:id` */
export const deleteDomain = (parts: MetadataRepositoryDeps) =>
  route({
    method: 'DELETE',
    path: '/api/v1/domains/:id',
    summary: 'Delete a domain with all its schemas, unless schemas of other domains refer to them or flows use them',
    description: 'By its owner, or with `metadata.domains.crud` in its tenant.',
    permission: 'signed-in',
    params: DomainParams,
    response: { 204: null },
    errors: ['not-found', 'conflict'],
    async handle({ params, principal }) {
      const reach = await readChangeable(parts, principal, params.id)
      await demandNoFlows(parts, principal, { path: domainPathOf(reach.id), reach, what: 'delete the domain' })
      await changingDomain(parts, { principal, id: params.id }, async (tx, domain) => {
        await demandUnused(tx, domain, 'of other domains')
        await removeDomain(parts, tx, domain, principal)
      })
      return { status: 204 }
    },
  })
