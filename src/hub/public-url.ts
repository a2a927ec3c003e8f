import type { Logger } from '#lib/logger'
import { LIVING_MEMBERS, type Membership } from '#lib/membership'
import type { Database } from '#lib/postgres'

/** What tells the other processes under which address this one is known. */
export interface AnnouncementOptions {
  readonly db: Database
  readonly membership: Pick<Membership, 'id'>
  readonly logger: Pick<Logger, 'warn'>
}

/**
 * Tells the other processes on the database under which address this one signs users in, and warns where one that lives has another:
 * applications know the OpenID provider by a single one, so that sign-ins would fail by chance. No reason to end: while the address is
 * being changed, or where nobody signs in to applications, all is well.
 */
export async function announcePublicUrl({ db, membership, logger }: AnnouncementOptions, publicUrl: string) {
  await db.query('update oih.member set public_url = $2 where id = $1', [membership.id, publicUrl])
  const others = await db.query<{ url: string }>(
    `select distinct public_url as url from oih.member where public_url <> $1 and id in (${LIVING_MEMBERS}) order by url`,
    [publicUrl],
  )
  if (others.length === 0) return
  const theirs = others.map(({ url }) => `"${url}"`).join(', ')
  logger.warn(
    { publicUrl },
    `Users cannot rely on signing in to applications as all processes with the IAM must have one public address: this one has "${publicUrl}", ` +
      `others on the same database have ${theirs}. Set OIH_PUBLIC_URL to the same address for all`,
  )
}
