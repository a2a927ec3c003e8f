import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { userChoicesQuery } from '../api/iam-queries.ts'
import { meQuery } from '../api/queries.ts'
import { iamCan } from '../iam-can.ts'
import { pathTo } from '../path-builder.ts'
import { shortId } from './short-id.tsx'

/** Tells the name of an account, as far as whoever is signed in may know it; else the end of its id. */
export function useAccountNames(): (id: string) => string {
  const { data: me } = useSuspenseQuery(meQuery)
  const users = useQuery({ ...userChoicesQuery, enabled: iamCan.seeUsers(me).may }).data?.data ?? []
  const names = new Map([[me.id, me.username], ...users.map(({ id, username }) => [id, username] as const)])
  return (id) => names.get(id) ?? shortId(id)
}

/** The name of an account, leading to its page for those who may see it. */
export function AccountLink({ id }: { id: string }) {
  const { data: me } = useSuspenseQuery(meQuery)
  const name = useAccountNames()(id)
  if (name === shortId(id) || !iamCan.seeUsers(me).may) return <span title={id}>{name}</span>
  return <Link {...pathTo.user(id)}>{name}</Link>
}
