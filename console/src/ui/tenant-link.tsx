import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { membershipsQuery, tenantChoicesQuery } from '../api/iam-queries.ts'
import { meQuery } from '../api/queries.ts'
import { iamCan } from '../iam-can.ts'
import { pathTo } from '../path-builder.ts'
import { shortId } from './short-id.tsx'

/** Tells the name of a tenant, as far as whoever is signed in knows it; else the end of its id. */
export function useTenantNames(): (id: string) => string {
  const { data: me } = useSuspenseQuery(meQuery)
  const mine = useQuery(membershipsQuery).data?.data ?? []
  const all = useQuery({ ...tenantChoicesQuery, enabled: iamCan.seeTenants(me).may }).data?.data ?? []
  const names = new Map([...mine.map(({ tenant, name }) => [tenant, name] as const), ...all.map(pair)])
  return (id) => names.get(id) ?? shortId(id)
}

const pair = ({ id, name }: { id: string; name: string }) => [id, name] as const

/** The name of a tenant, leading to its page for those who may see it. */
export function TenantLink({ id }: { id: string | undefined }) {
  const { data: me } = useSuspenseQuery(meQuery)
  const nameOf = useTenantNames()
  if (id === undefined) return <span className="faint">none</span>
  const isSeen = iamCan.seeTenants(me).may || (id === me.tenant && iamCan.seeOwnTenant(me).may)
  return isSeen ? <Link {...pathTo.tenant(id)}>{nameOf(id)}</Link> : <span title={id}>{nameOf(id)}</span>
}
