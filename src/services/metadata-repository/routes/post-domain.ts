import { HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import { newId } from '#lib/id'
import { seesEverything } from '#lib/principal'
import { scopeOf } from '#lib/scope'
import { eventFields, type MetadataRepositoryDeps } from '../deps.ts'
import { createDomain } from '../domain/domain.ts'
import { DomainAnswer, domainDocument, NewDomainSchema } from '../domain/domain-document.ts'
import { insertDomain } from '../domain/domain-store.ts'
import { permissions } from '../permissions.ts'

/** `POST /domains` */
export const postDomain = ({ db, bus, clock }: MetadataRepositoryDeps) =>
  route({
    method: 'POST',
    path: '/api/v1/domains',
    summary: 'Create a domain of the tenant',
    description:
      'The caller becomes its owner. That of an administrator of the hub who acts in no tenant is the hub’s.',
    permission: permissions.crud,
    body: NewDomainSchema,
    response: { 200: DomainAnswer },
    async handle({ body, principal }) {
      if (principal.tenant === undefined && !seesEverything(principal))
        throw new HubError('forbidden', 'Cannot create a domain as the caller must act in a tenant')
      const domain = createDomain(body, { id: newId(), by: principal, now: clock() })
      await db.transaction(scopeOf(principal), async (tx) => {
        await insertDomain(tx, domain)
        const { name, tenantId } = domain
        const payload = {
          ...eventFields(domain, principal),
          name,
          public: domain.public,
          ...(tenantId && { tenantId }),
        }
        await bus.publish(tx, { name: 'metadata.domain.created', payload })
      })
      return { status: 200, body: { data: domainDocument(domain) } }
    },
  })
