import { route } from '#lib/http/route'
import type { Tx } from '#lib/postgres'
import { domainPathOf } from '#lib/schema-location'
import { eventFields, type MetadataRepositoryDeps } from '../deps.ts'
import { changeDomain, type Domain, type DomainField } from '../domain/domain.ts'
import { changingDomain, readChangeable } from '../domain/domain-change.ts'
import { DomainAnswer, DomainChangeSchema, DomainParams, domainDocument } from '../domain/domain-document.ts'
import { updateDomain } from '../domain/domain-store.ts'
import { demandNoForeignFlows } from '../schema/flow-refusal.ts'
import { demandReadable, demandUnused } from '../schema/usage.ts'

/** `PUT /domains/:id` */
export const putDomain = (parts: MetadataRepositoryDeps) =>
  route({
    method: 'PUT',
    path: '/api/v1/domains/:id',
    summary: 'Change a domain',
    description:
      'What is absent stays. By its owner, or with `metadata.domains.crud` in its tenant. What schemas of others refer to, or flows of others use, stays public, and what is to ' +
      'become public must refer to public schemas alone.',
    permission: 'signed-in',
    params: DomainParams,
    body: DomainChangeSchema,
    response: { 200: DomainAnswer },
    errors: ['not-found', 'conflict'],
    async handle({ params, body, principal }) {
      const reach = await readChangeable(parts, principal, params.id)
      if (reach.public && body.public === false) {
        const what = 'take the domain from other tenants'
        await demandNoForeignFlows(parts, { path: domainPathOf(reach.id), reach, what })
      }
      const data = await changingDomain(parts, { principal, id: params.id }, async (tx, before) => {
        const { domain, changed } = changeDomain(before, body, { by: principal, now: parts.clock() })
        if (changed.length === 0) return domain
        if (changed.includes('public')) await demandSoundReferences(tx, before)
        await updateDomain(tx, domain)
        const told = changed.flatMap((field) => (field === 'compatibility' ? [] : [field]))
        const values = { before: valuesOf(before, told), after: valuesOf(domain, told) }
        const payload = { ...eventFields(domain, principal), changed: [...changed], ...values }
        await parts.bus.publish(tx, { name: 'metadata.domain.modified', payload })
        return domain
      })
      return { status: 200, body: { data: domainDocument(data) } }
    },
  })

/** Who reads a schema reads what it refers to: neither a wall nor its fall may come between. */
async function demandSoundReferences(tx: Tx, before: Domain): Promise<void> {
  if (before.public) await demandUnused(tx, before, 'of other tenants')
  else await demandReadable(tx, before)
}

function valuesOf(domain: Domain, fields: readonly Exclude<DomainField, 'compatibility'>[]) {
  const told = fields.flatMap((field) =>
    domain[field] === undefined || domain[field] === '' ? [] : [[field, domain[field]]],
  )
  return Object.fromEntries(told) as { name?: string; description?: string; public?: boolean }
}
