import type { Payloads } from '#catalogue'
import type { AnyEvent, HandlerContext } from '#event-bus'
import type { MetadataRepositoryDeps } from '../deps.ts'
import { lockSchemas } from '../domain/domain-change.ts'
import { removeDomain } from '../domain/domain-deletion.ts'
import { findDomainOf } from '../domain/domain-store.ts'

type TenantDeleted = Extract<AnyEvent<Payloads>, { name: 'iam.tenant.deleted' }>

/** With a tenant its domains go, also those that schemas of other tenants refer to: their references lead nowhere from then on. */
export const onTenantDeleted =
  (parts: Pick<MetadataRepositoryDeps, 'bus'>) =>
  async ({ payload }: TenantDeleted, { tx }: HandlerContext): Promise<void> => {
    const by = payload.user === undefined ? undefined : { id: payload.user }
    await lockSchemas(tx)
    for (;;) {
      const domain = await findDomainOf(tx, payload.id)
      if (domain === undefined) return
      await removeDomain(parts, tx, domain, by)
    }
  }
