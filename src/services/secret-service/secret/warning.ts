import type { Tx } from '#lib/postgres'
import { eventFields, type SecretParts } from '../deps.ts'
import { takeDueWarnings } from './secret-store.ts'

const DAY_MS = 86_400_000

/** Most milliseconds before its end at which a warning of a secret comes. */
export function warnMs({ warningDays }: Pick<SecretParts['config'], 'warningDays'>): number {
  return warningDays * DAY_MS
}

/** Warns of up to `most` secrets that are over soon, each once; resolves to their number. */
export async function warnOfEnds(
  { bus, clock }: Pick<SecretParts, 'bus' | 'clock'>,
  tx: Tx,
  most: number,
): Promise<number> {
  const secrets = await takeDueWarnings(tx, clock(), most)
  const events = secrets.flatMap((secret) => {
    const { name, type, expiresAt } = secret
    if (expiresAt === undefined) return []
    const payload = { ...eventFields(secret, undefined), name, type, expiresAt: expiresAt.toISOString() }
    return [{ name: 'secret-service.secret.expiring' as const, payload }]
  })
  await bus.publishAll(tx, events)
  return secrets.length
}
