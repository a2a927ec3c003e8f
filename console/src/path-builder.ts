import { linkOptions } from '@tanstack/react-router'
import type {
  AuditSearch,
  CatalogueSearch,
  FlowSearch,
  FlowsSearch,
  LiveSearch,
  RunSearch,
  RunsSearch,
  SignInSearch,
} from './search.ts'

/** Every link of the console comes from here. */
export const pathTo = {
  signIn: (search: SignInSearch = {}) => linkOptions({ to: '/sign-in', search }),
  live: (search: LiveSearch = {}) => linkOptions({ to: '/live', search }),
  catalogue: (search: CatalogueSearch = {}) => linkOptions({ to: '/catalogue', search }),
  flows: (search: FlowsSearch = {}) => linkOptions({ to: '/flows', search }),
  flow: (flowId: string, search: FlowSearch = {}) => linkOptions({ to: '/flows/$flowId', params: { flowId }, search }),
  runs: (search: RunsSearch = {}) => linkOptions({ to: '/runs', search }),
  run: (runId: string, search: RunSearch = {}) => linkOptions({ to: '/runs/$runId', params: { runId }, search }),
  audit: (search: AuditSearch = {}) => linkOptions({ to: '/audit', search }),
  auditEntry: (entryId: string) => linkOptions({ to: '/audit/$entryId', params: { entryId } }),
}

/** Where a flow takes things in: outside the console, at the hub. */
export function webhookUrl(flowId: string): string {
  return `${location.origin}/webhooks/hook/${flowId}`
}
