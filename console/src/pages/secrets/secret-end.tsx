import type { SecretInList } from '../../api/secret-queries.ts'
import { Moment } from '../../ui/moment.tsx'
import { useNow } from '../../ui/use-now.ts'

/** When the value of a secret is over, or that the hub sees to the next one. */
export function SecretEnd({ secret: { expiresAt, renews } }: { secret: SecretInList }) {
  const now = useNow()
  if (renews) return 'renewed by the hub'
  if (expiresAt === undefined) return 'not known to end'
  return Date.parse(expiresAt) > now ? (
    <Moment at={expiresAt} />
  ) : (
    <>
      <span className="badge bad">over</span> <Moment at={expiresAt} />
    </>
  )
}
