import type { ReceivedEvent } from '#event-bus'
import type { Scope } from '#lib/postgres'

/** Whether who has this scope may see the event: one of its own tenant, or any. The one place where this is decided. */
export function maySee(scope: Scope, event: Pick<ReceivedEvent, 'payload'>): boolean {
  if (scope === 'everything') return true
  return scope !== 'nothing' && tenantOf(event) === scope.tenant.toLowerCase()
}

/** Others bring in what they like: an event of no sense belongs to nobody. */
function tenantOf(event: Pick<ReceivedEvent, 'payload'>): string | undefined {
  try {
    const { tenant } = event.payload as { readonly tenant?: unknown }
    return typeof tenant === 'string' ? tenant.toLowerCase() : undefined
  } catch {
    return undefined
  }
}
