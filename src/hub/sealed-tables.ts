import type { SealedTable } from '#lib/master-key/sealed-table'
import { OWNER_KEYS } from '../services/audit-log/owner-keys.ts'
import { OPENID_ARTIFACTS } from '../services/iam/openid/artifact-store.ts'
import { SIGNING_KEYS } from '../services/iam/openid/signing-keys.ts'
import { TENANT_KEYS } from '../services/iam/tenant/tenant-keys.ts'
import { DATA_KEYS } from '../services/secret-service/vault/data-keys.ts'

/** All that is sealed under the master key, whether the service runs here or not: a rotation must leave out nothing. */
export const sealedTables: readonly SealedTable[] = [
  DATA_KEYS,
  OWNER_KEYS,
  TENANT_KEYS,
  SIGNING_KEYS,
  ...OPENID_ARTIFACTS,
]
